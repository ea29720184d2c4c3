import { connect, type Socket } from "node:net";
import { type Clock, type Milliseconds, type Problem, problem, type Timer } from "../../../base/index.ts";
import type { RrdcachedAddress } from "./address.ts";
import { UpdateQueue } from "./update-queue.ts";

export interface ConnectionOptions {
  readonly mostBuffered: number;
  readonly mostBufferedBytes: number;
  readonly batch: number;
  readonly linger: number;
  readonly answerWithin: number;
  readonly longestBackOff: number;
  readonly clock: Clock;
  readonly random: () => number;
  readonly onProblem: (problem: Problem) => void;
}

export interface ConnectionFigures {
  readonly address: string;
  readonly connected: boolean;
  readonly stored: number;
  readonly refused: number;
  readonly dropped: number;
  readonly buffered: number;
  /** How often a connection was lost or could not be made. */
  readonly failures: number;
}

const FIRST_BACK_OFF = 0.1;
const CLOSE_WITHIN = 2000 as Milliseconds;
/** A server that sends this much without completing an answer is none. */
const LONGEST_ANSWER = 4 * 1024 * 1024;
const QUIET = 60_000;

interface Batch {
  readonly commands: readonly string[];
  /** Sent before, on a connection that broke: the server may have taken some of it already. */
  again: boolean;
}

/**
 * One rrdcached. Sends one BATCH at a time and keeps it until it is answered, so that nothing is lost when the server
 * goes away in between: the batch is sent again, and what the server already had it refuses as old.
 */
export class Connection {
  readonly #address: RrdcachedAddress;
  readonly #options: ConnectionOptions;
  readonly #queue: UpdateQueue;
  #socket: Socket | undefined;
  #connected = false;
  #batch: Batch | undefined;
  #answer = "";
  #backOff = FIRST_BACK_OFF;
  #waiting: Timer | undefined;
  #deadline: Timer | undefined;
  #closed = false;
  #unreachable = false;
  #idle: (() => void)[] = [];
  readonly #told = new Map<string, number>();
  #stored = 0;
  #refused = 0;
  #dropped = 0;
  #failures = 0;

  constructor(address: RrdcachedAddress, options: ConnectionOptions) {
    this.#address = address;
    this.#options = options;
    this.#queue = new UpdateQueue(options.mostBuffered, options.mostBufferedBytes);
  }

  add(path: string, line: string): void {
    // A line end would begin another command.
    if (this.#closed || /[\n\r\0]/.test(path) || /[\s\0]/.test(line)) {
      this.#drop(1, this.#closed ? "the sink is closed" : "a path or values with line ends or spaces");
      return;
    }
    const dropped = this.#queue.push(`UPDATE ${escaped(path)} ${line}\n`);
    if (dropped > 0) this.#drop(dropped, "its buffer is full");
    // After a failure the wait is not for company.
    if (this.#batch !== undefined || (this.#waiting !== undefined && this.#unreachable)) return;
    if (this.#queue.length >= this.#options.batch) this.#send();
    else if (this.#waiting === undefined) this.#wait(this.#options.linger);
  }

  flush(): Promise<void> {
    if (this.#isIdle() || this.#unreachable) return Promise.resolve();
    if (this.#batch === undefined) this.#send();
    return new Promise((resolve) => this.#idle.push(resolve));
  }

  figures(): ConnectionFigures {
    return {
      address: this.#address.text,
      connected: this.#connected,
      stored: this.#stored,
      refused: this.#refused,
      dropped: this.#dropped,
      buffered: this.#queue.length + (this.#batch?.commands.length ?? 0),
      failures: this.#failures,
    };
  }

  async close(): Promise<void> {
    if (!this.#closed) {
      this.#closed = true;
      const late = this.#options.clock.after(CLOSE_WITHIN, () => this.#settle());
      await this.flush();
      late.cancel();
    }
    this.#waiting?.cancel();
    this.#deadline?.cancel();
    const left = this.figures().buffered;
    if (left > 0) this.#drop(left, "it was not reachable until the end");
    this.#queue.take(left);
    this.#batch = undefined;
    const socket = this.#socket;
    this.#socket = undefined;
    this.#connected = false;
    socket?.destroy();
  }

  #isIdle(): boolean {
    return this.#batch === undefined && this.#queue.length === 0;
  }

  #wait(seconds: number): void {
    this.#waiting?.cancel();
    this.#waiting = this.#options.clock.after((seconds * 1000) as Milliseconds, () => this.#send());
  }

  #send(): void {
    this.#waiting?.cancel();
    this.#waiting = undefined;
    if (this.#batch === undefined) {
      if (this.#queue.length === 0) {
        this.#settle();
        return;
      }
      this.#batch = { commands: this.#queue.take(this.#options.batch), again: false };
    }
    if (this.#socket === undefined) this.#connect();
    else if (this.#connected) this.#write(this.#socket, this.#batch);
  }

  #write(socket: Socket, batch: Batch): void {
    this.#answer = "";
    socket.write(`BATCH\n${batch.commands.join("")}.\n`);
    this.#expectAnswer();
  }

  #expectAnswer(): void {
    this.#deadline?.cancel();
    const { answerWithin, clock } = this.#options;
    this.#deadline = clock.after((answerWithin * 1000) as Milliseconds, () =>
      this.#lost(`no answer within ${answerWithin} s`),
    );
  }

  #connect(): void {
    const address = this.#address;
    const socket =
      address.kind === "unix" ? connect(address.path) : connect({ host: address.host, port: address.port });
    this.#socket = socket;
    this.#expectAnswer();
    socket.setEncoding("utf8");
    socket.on("connect", () => {
      if (this.#socket !== socket) return;
      this.#connected = true;
      this.#deadline?.cancel();
      if (this.#batch !== undefined) this.#write(socket, this.#batch);
    });
    socket.on("data", (text: string) => {
      if (this.#socket === socket) this.#read(text);
    });
    let reason = "the connection was closed";
    socket.on("error", (error) => {
      reason = error.message;
    });
    socket.on("close", () => {
      if (this.#socket === socket) this.#lost(reason);
    });
  }

  #read(text: string): void {
    this.#answer += text;
    const goAhead = this.#answer.indexOf("\n");
    if (goAhead < 0) {
      this.#tooLong();
      return;
    }
    if (!this.#answer.startsWith("0 ")) {
      this.#lost(`"${this.#answer.slice(0, 80).trim()}" to BATCH`);
      return;
    }
    const status = this.#answer.indexOf("\n", goAhead + 1);
    if (status < 0) {
      this.#tooLong();
      return;
    }
    const errors = Number.parseInt(this.#answer.slice(goAhead + 1), 10);
    if (!(errors >= 0)) {
      this.#lost("an answer that rrdcached does not give");
      return;
    }
    const lines = this.#answer.slice(status + 1).split("\n");
    if (lines.length <= errors) {
      this.#tooLong();
      return;
    }
    this.#answered(lines.slice(0, errors));
  }

  #tooLong(): void {
    if (this.#answer.length > LONGEST_ANSWER) this.#lost("an answer without end");
  }

  #answered(errors: readonly string[]): void {
    const batch = this.#batch;
    this.#deadline?.cancel();
    this.#deadline = undefined;
    this.#batch = undefined;
    this.#answer = "";
    this.#backOff = FIRST_BACK_OFF;
    this.#unreachable = false;
    if (batch === undefined) {
      this.#lost("an answer to nothing");
      return;
    }
    const refused = errors.filter((text) => !(batch.again && text.includes("illegal attempt to update")));
    this.#refused += refused.length;
    this.#stored += Math.max(0, batch.commands.length - refused.length);
    if (refused[0] !== undefined)
      this.#tell("refused", `rrdcached ${this.#address.text} refused updates: ${refused[0]}`);
    this.#send();
  }

  #lost(reason: string): void {
    const socket = this.#socket;
    this.#socket = undefined;
    this.#connected = false;
    this.#deadline?.cancel();
    this.#deadline = undefined;
    socket?.destroy();
    this.#failures++;
    if (this.#batch !== undefined) this.#batch.again = true;
    this.#unreachable = true;
    this.#settle();
    if (this.#closed) return;
    this.#tell("lost", `rrdcached ${this.#address.text} cannot be used: ${reason}`);
    if (this.#isIdle()) return;
    // Between half and all of it, so that many clients of one server do not come back in step.
    this.#wait(this.#backOff * (0.5 + this.#options.random() / 2));
    this.#backOff = Math.min(this.#backOff * 2, this.#options.longestBackOff);
  }

  #settle(): void {
    for (const resolve of this.#idle.splice(0)) resolve();
  }

  #drop(count: number, reason: string): void {
    this.#dropped += count;
    this.#tell("dropped", `updates for rrdcached ${this.#address.text} are dropped: ${reason}`);
  }

  #tell(kind: string, message: string): void {
    const now = this.#options.clock.monotonic();
    const before = this.#told.get(kind);
    if (before !== undefined && now - before < QUIET) return;
    this.#told.set(kind, now);
    this.#options.onProblem(problem(`rrdcached-${kind}`, message, { severity: "warning" }));
  }
}

/** In rrdcached's protocol a backslash takes the meaning of the next character away. */
function escaped(path: string): string {
  return path.replace(/[\\ \t]/g, "\\$&");
}
