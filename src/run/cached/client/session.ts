import type { Socket } from "node:net";
import type { RrdcachedAddress } from "./address.ts";
import { AnswerReader, type RrdcachedAnswer } from "./answers.ts";

/** An update that was refused: its index in the batch, and why. */
export interface RefusedUpdate {
  readonly index: number;
  readonly message: string;
}

interface Asked {
  readonly count: number;
  readonly answers: RrdcachedAnswer[];
  resolve(answers: readonly RrdcachedAnswer[]): void;
  reject(error: Error): void;
}

/**
 * One connection to an rrdcached; one question at a time. Everything rejects with an `Error` once the connection is
 * lost or `signal` is aborted; the session is of no use then.
 */
export class RrdcachedSession {
  readonly #socket: Socket;
  readonly #reader = new AnswerReader();
  #asked: Asked | undefined;
  #lost: Error | undefined;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.setEncoding("utf8");
    socket.on("data", (text) => this.#hear(String(text)));
    socket.on("error", (error: NodeJS.ErrnoException) => this.#fail(error.code ?? error.message));
    socket.on("close", () => this.#fail("the connection was closed"));
  }

  static open(address: RrdcachedAddress, signal: AbortSignal): Promise<RrdcachedSession> {
    const { promise, resolve, reject } = Promise.withResolvers<RrdcachedSession>();
    const net = process.getBuiltinModule("node:net");
    const where =
      address.kind === "unix" ? { path: address.path } : { host: address.host, port: address.port };
    const socket = net.connect({ ...where, noDelay: true, keepAlive: true });
    const fail = (why: string) => {
      signal.removeEventListener("abort", stop);
      socket.destroy();
      reject(new Error(`no connection to ${address.text}: ${why}`));
    };
    const stop = () => fail("it does not answer");
    const failed = (error: NodeJS.ErrnoException) => fail(error.code ?? error.message);
    socket.once("error", failed);
    socket.once("connect", () => {
      signal.removeEventListener("abort", stop);
      socket.off("error", failed);
      resolve(new RrdcachedSession(socket));
    });
    if (signal.aborted) stop();
    else signal.addEventListener("abort", stop, { once: true });
    return promise;
  }

  get isLost(): boolean {
    return this.#lost !== undefined;
  }

  /** Sends commands together; an answer for each, in order. */
  ask(commands: readonly string[], signal: AbortSignal): Promise<readonly RrdcachedAnswer[]> {
    if (commands.length === 0) return Promise.resolve([]);
    return this.#exchange(`${commands.join("\n")}\n`, commands.length, signal);
  }

  /** Sends `UPDATE` commands as one BATCH; what was refused of them, in order. */
  async batch(updates: readonly string[], signal: AbortSignal): Promise<readonly RefusedUpdate[]> {
    if (updates.length === 0) return [];
    const [goAhead, done] = await this.#exchange(`BATCH\n${updates.join("\n")}\n.\n`, 2, signal);
    if (goAhead?.status !== 0 || done === undefined || done.status < 0) {
      this.close();
      throw new Error(`"${goAhead?.status} ${goAhead?.text.slice(0, 80)}" to BATCH`);
    }
    return done.lines.map((line) => {
      const [, number, message = ""] = /^(\d+) (.*)$/.exec(line) ?? [];
      return { index: Number(number ?? 0) - 1, message };
    });
  }

  close(): void {
    this.#socket.unref();
    if (this.#asked === undefined) this.#socket.end();
    else this.#socket.destroy();
  }

  #exchange(text: string, count: number, signal: AbortSignal): Promise<readonly RrdcachedAnswer[]> {
    const { promise, resolve, reject } = Promise.withResolvers<readonly RrdcachedAnswer[]>();
    const lost = this.#lost ?? (signal.aborted ? new Error("no answer in time") : undefined);
    if (lost !== undefined) {
      reject(lost);
      return promise;
    }
    const stop = () => this.#fail("no answer in time");
    signal.addEventListener("abort", stop, { once: true });
    this.#asked = { count, answers: [], resolve, reject };
    this.#socket.write(text);
    return promise.finally(() => signal.removeEventListener("abort", stop));
  }

  #hear(text: string): void {
    try {
      const answers = this.#reader.read(text);
      const asked = this.#asked;
      if (asked === undefined) {
        if (answers.length > 0) throw new Error("an answer to nothing");
        return;
      }
      asked.answers.push(...answers);
      if (asked.answers.length < asked.count) return;
      this.#asked = undefined;
      asked.resolve(asked.answers);
    } catch (error) {
      this.#fail(error instanceof Error ? error.message : String(error));
    }
  }

  #fail(reason: string): void {
    this.#lost ??= new Error(reason);
    const asked = this.#asked;
    this.#asked = undefined;
    this.#socket.destroy();
    asked?.reject(this.#lost);
  }
}

/** In rrdcached's protocol a backslash takes the meaning of the next character away. */
export function escapedPath(path: string): string {
  return path.replace(/[\\ \t]/g, "\\$&");
}
