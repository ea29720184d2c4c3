import { connect, type Socket } from "node:net";
import { failed, ok, problem, type Result } from "../../../base/index.ts";
import { parseRrdcachedAddress } from "./address.ts";

export interface RrdcachedReply {
  /** Negative: refused; otherwise how many lines follow. */
  readonly status: number;
  /** What stands behind the status. */
  readonly message: string;
  readonly lines: readonly string[];
}

/** Questions to an rrdcached and its answers, one after the other. */
export interface RrdcachedConversation {
  /** `["UPDATE", path, "1600000000:1"]`: words may hold blanks. Problem: `rrdcached-lost`, when no answer comes. */
  ask(words: readonly string[]): Promise<Result<RrdcachedReply>>;
  close(): void;
}

/** A server that sends this much without completing an answer is none; bytes. */
const LONGEST_ANSWER = 256 * 1024 * 1024;

/** Problems: `rrdcached-address`, `rrdcached-unreachable` (its message is the system's error code). */
export function converseWithRrdcached(text: string): Promise<Result<RrdcachedConversation>> {
  const address = parseRrdcachedAddress(text);
  if (!address.ok) return Promise.resolve(address);
  const { value } = address;
  return new Promise((resolve) => {
    const socket = value.kind === "unix" ? connect(value.path) : connect(value.port, value.host);
    const refused = (error: NodeJS.ErrnoException) =>
      resolve(failed(problem("rrdcached-unreachable", error.code ?? error.message)));
    socket.once("error", refused);
    socket.once("connect", () => {
      socket.off("error", refused);
      resolve(ok(new Conversation(socket)));
    });
  });
}

class Conversation implements RrdcachedConversation {
  readonly #socket: Socket;
  #received = "";
  #waiting: ((answer: Result<RrdcachedReply>) => void) | undefined;
  #lost: string | undefined;

  constructor(socket: Socket) {
    this.#socket = socket;
    // The bytes of names stay what they are.
    socket.setEncoding("latin1");
    socket.on("data", (text: string) => this.#take(text));
    socket.on("error", (error) => this.#end(error.message));
    socket.on("close", () => this.#end("the connection was closed"));
  }

  ask(words: readonly string[]): Promise<Result<RrdcachedReply>> {
    if (this.#lost !== undefined) return Promise.resolve(lost(this.#lost));
    // A line end would begin another command.
    if (words.some((word) => /[\n\r\0]/.test(word)))
      return Promise.resolve(lost("a name or a value with a line end cannot be sent"));
    const line = words.map((word) => word.replace(/[\\ \t]/g, "\\$&")).join(" ");
    return new Promise((resolve) => {
      this.#waiting = resolve;
      this.#socket.write(Buffer.from(`${line}\n`));
    });
  }

  close(): void {
    this.#socket.destroy();
  }

  #take(text: string): void {
    this.#received += text;
    if (this.#received.length > LONGEST_ANSWER) {
      this.#end("an answer without end");
      return;
    }
    const first = this.#received.indexOf("\n");
    if (first < 0) return;
    const [, number, message = ""] = /^(-?\d+) ?(.*)$/s.exec(this.#received.slice(0, first)) ?? [];
    if (number === undefined) {
      this.#end("it does not speak as rrdcached does");
      return;
    }
    const status = Number(number);
    let end = first + 1;
    for (let line = 0; line < status; line++) {
      end = this.#received.indexOf("\n", end) + 1;
      if (end === 0) return;
    }
    const lines = status > 0 ? this.#received.slice(first + 1, end - 1).split("\n") : [];
    this.#received = this.#received.slice(end);
    const answer = this.#waiting;
    this.#waiting = undefined;
    answer?.(ok({ status, message, lines }));
  }

  #end(reason: string): void {
    this.#lost ??= reason;
    this.#socket.destroy();
    this.#waiting?.(lost(reason));
    this.#waiting = undefined;
  }
}

function lost(reason: string): Result<never> {
  return failed(problem("rrdcached-lost", `the rrdcached did not answer: ${reason}`));
}
