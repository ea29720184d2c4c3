import { randomUUID } from "node:crypto";
import type { Socket } from "node:net";
import { type Problem, problem } from "../../../base/index.ts";
import { BufferedSink } from "./buffered-sink.ts";
import { ready } from "./line-stream.ts";
import { command, Refusal, type Reply, ReplyReader } from "./resp.ts";
import { readSecret, redact, type SecretSource } from "./secret.ts";
import type { Point, SendOutcome, SinkDefinition, SinkTransport } from "./sink.ts";
import { type Address, addressText, bufferKeys, type SinkReader } from "./sink-reader.ts";

export const redisKeys = [
  "address",
  "prefix",
  "length",
  "db",
  "user",
  "password_env",
  "password_file",
  ...bufferKeys,
] as const;

interface RedisOptions {
  readonly address: Address;
  readonly prefix: string;
  readonly length: number;
  readonly db: number;
  readonly user: string | undefined;
  readonly password: SecretSource | undefined;
  readonly dir: string;
}

/** Entries of Redis streams: one per run, in the stream `PREFIX` + name. */
export function parseRedis(read: SinkReader): SinkDefinition | undefined {
  const address = read.address("address", 6379);
  const prefix = read.text("prefix", "the start of the streams' names") ?? "procblock:";
  const length = read.whole("length", 1, 1e9) ?? 100_000;
  const db = read.whole("db", 0, 65_535) ?? 0;
  const user = read.text("user", "a name");
  const password = read.secret("password");
  const buffering = read.buffering();
  if (address === undefined || read.failed) return undefined;
  const options = { address, prefix, length, db, user, password, dir: read.dir };
  return {
    kind: "redis",
    key: read.identity,
    open: (context) =>
      new BufferedSink("redis", addressText(address), new RedisStreams(options), buffering, context),
  };
}

/**
 * A batch is one transaction that also writes its number under a key of this sender. When a connection breaks before
 * the answer came, that key says whether the batch was taken: nothing is stored twice.
 */
class RedisStreams implements SinkTransport {
  readonly #options: RedisOptions;
  readonly #marker: string;
  #socket: Socket | undefined;
  #waiting:
    | { readonly count: number; readonly replies: Reply[]; done(): void; fail(error: Error): void }
    | undefined;
  #last: readonly Point[] = [];
  #number = 0;
  #secret: string | undefined;

  constructor(options: RedisOptions) {
    this.#options = options;
    this.#marker = `${options.prefix}sender:${randomUUID()}`;
  }

  async send(points: readonly Point[], signal: AbortSignal): Promise<SendOutcome> {
    const isAgain = this.#last === points;
    if (!isAgain) this.#number++;
    this.#last = points;
    const stop = () => this.#drop(new Error("no answer in time"));
    signal.addEventListener("abort", stop, { once: true });
    try {
      const refused = await this.#connect(signal);
      if (refused !== undefined) return { kind: "failed", problem: refused };
      if (isAgain) {
        const [seen] = await this.#ask([command("GET", this.#marker)]);
        if (seen === String(this.#number)) return { kind: "sent" };
      }
      const entries = points.map((point) => this.#entry(point));
      const mark = command("SET", this.#marker, String(this.#number), "EX", "86400");
      const replies = await this.#ask([command("MULTI"), ...entries, mark, command("EXEC")]);
      return this.#outcome(replies);
    } catch (error) {
      this.#drop(error instanceof Error ? error : new Error(String(error)));
      const message = error instanceof Error ? error.message : String(error);
      return { kind: "failed", problem: problem("sink-failed", redact(message, this.#secret)) };
    } finally {
      signal.removeEventListener("abort", stop);
    }
  }

  close(): void {
    if (this.#socket !== undefined && this.#number > 0) this.#socket.end(command("DEL", this.#marker));
  }

  #outcome(replies: readonly Reply[]): SendOutcome {
    const done = replies.at(-1);
    if (Array.isArray(done)) {
      const refusals = (done as readonly Reply[]).filter((one) => one instanceof Refusal);
      const [first] = refusals;
      return first === undefined
        ? { kind: "sent" }
        : { kind: "sent", refused: refusals.length, problem: this.#said(first) };
    }
    // The first complaint is the reason; the last one says only that the transaction was given up.
    const first = replies.find((one) => one instanceof Refusal);
    return { kind: "failed", problem: this.#said(first ?? new Refusal("the transaction was not done")) };
  }

  #said({ message }: Refusal): Problem {
    return problem("sink-failed", `the server says: ${redact(message, this.#secret)}`);
  }

  #entry({ series, values, time }: Point): string {
    const words = [`${this.#options.prefix}${series.name}`, "MAXLEN", "~", String(this.#options.length), "*"];
    words.push("time", String(time));
    for (const [key, value] of series.tags) words.push(`tag:${key}`, value);
    for (const [index, { name }] of series.fields.entries()) {
      const value = values[index];
      if (value !== undefined && value !== null) words.push(name, String(value));
    }
    return command("XADD", ...words);
  }

  async #connect(signal: AbortSignal): Promise<Problem | undefined> {
    if (this.#socket !== undefined) return undefined;
    const { address, user, password, db, dir } = this.#options;
    const read = password === undefined ? undefined : readSecret(password, dir);
    if (read !== undefined && !("secret" in read)) return read;
    this.#secret = read?.secret;
    const socket = process.getBuiltinModule("node:net").connect({ ...address, noDelay: true });
    await ready(socket, signal, addressText(address));
    this.#socket = socket;
    const reader = new ReplyReader();
    socket.on("error", (error) => this.#drop(error));
    socket.on("close", () => {
      if (this.#socket === socket) this.#drop(new Error("the connection was closed"));
    });
    socket.on("data", (piece) => {
      try {
        this.#hear(reader.read(piece as Buffer));
      } catch (error) {
        this.#drop(error as Error);
      }
    });
    const hello: string[] = [];
    if (read !== undefined) hello.push(command("AUTH", ...(user === undefined ? [] : [user]), read.secret));
    if (db !== 0) hello.push(command("SELECT", String(db)));
    if (hello.length === 0) return undefined;
    const refusal = (await this.#ask(hello)).find((one) => one instanceof Refusal);
    if (refusal === undefined) return undefined;
    this.#drop(new Error("refused"));
    return this.#said(refusal);
  }

  #ask(commands: readonly string[]): Promise<readonly Reply[]> {
    const { promise, resolve, reject } = Promise.withResolvers<readonly Reply[]>();
    const replies: Reply[] = [];
    this.#waiting = { count: commands.length, replies, done: () => resolve(replies), fail: reject };
    if (this.#socket === undefined) reject(new Error("the connection was closed"));
    else this.#socket.write(commands.join(""));
    return promise;
  }

  #hear(replies: readonly Reply[]): void {
    const waiting = this.#waiting;
    if (waiting === undefined) return;
    waiting.replies.push(...replies);
    if (waiting.replies.length < waiting.count) return;
    this.#waiting = undefined;
    waiting.done();
  }

  #drop(error: Error): void {
    const [socket, waiting] = [this.#socket, this.#waiting];
    this.#socket = undefined;
    this.#waiting = undefined;
    socket?.destroy();
    waiting?.fail(error);
  }
}
