import type { Milliseconds, Seconds } from "../../base/index.ts";
import { checkName } from "../limits.ts";
import { SharedError } from "../shared-error.ts";
import type { SharedValue } from "../shared-value.ts";
import type { Queue, QueueMessage, TakenMessage } from "../types.ts";
import { textOfName, textOfValue } from "../value-text.ts";
import { ChangeReader } from "./change-reader.ts";
import { type MessageRow, messageOf } from "./message-row.ts";
import type { PostgresPart } from "./part.ts";
import { QueueReading } from "./queue-reading.ts";
import { WaitingTakers } from "./waiting-takers.ts";

const messages =
  "from message m join queue q on q.id = m.queue where q.space = $1 and q.name = $2 and not m.done";

const statements = {
  push: "select queue_push($1, $2, $3, $4, $5, $6) as position",
  take: "select * from queue_take($1, $2, $3, $4, $5, $6)",
  ack: "select queue_ack($1, $2, $3, $4, $5, $6, $7) as done",
  tidy: "select queue_tidy($1, $2) as freed",
  peek: `select m.position, m.time, m.key, m.body ${messages} order by m.position desc limit $3`,
  trim: "select queue_trim($1, $2, $3, $4) as count",
  length: `select count(*) as count ${messages}`,
};

const DEFAULT_VISIBILITY = 30 as Seconds;
/** Looking for what dead sessions hold costs more than taking. */
const TIDY_EVERY = 1000 as Milliseconds;

export class PostgresQueue implements Queue {
  readonly #part: PostgresPart;
  readonly #limit: number;
  readonly #takers: WaitingTakers<TakenMessage>;
  #tidied = Number.NEGATIVE_INFINITY;

  constructor(part: PostgresPart, limit: number) {
    this.#part = part;
    this.#limit = limit;
    this.#takers = new WaitingTakers(part);
  }

  async push(message: SharedValue, options: { key?: string } = {}): Promise<bigint> {
    const [position = 0n] = await this.pushMany([message], options);
    return position;
  }

  async pushMany(
    messages: readonly SharedValue[],
    options: { key?: string } = {},
  ): Promise<readonly bigint[]> {
    if (options.key !== undefined) checkName("key", options.key);
    const key = options.key === undefined ? null : textOfName(options.key);
    const bodies = messages.map(textOfValue);
    if (bodies.length === 0) return [];
    await this.#part.begun;
    const [row] = await this.#query<{ position: string | null }>(
      statements.push,
      () => [bodies.map(() => key), bodies, this.#part.now(), this.#limit],
      false,
    );
    if (row === undefined || row.position === null)
      throw new SharedError(
        "queue-full",
        `queue "${this.#part.name}" is full: it holds ${this.#limit} messages`,
      );
    const first = BigInt(row.position);
    return bodies.map((_, index) => first + BigInt(index));
  }

  async pop(): Promise<QueueMessage | undefined> {
    return (await this.popMany(1))[0];
  }

  async popMany(most: number): Promise<readonly QueueMessage[]> {
    await this.#part.begun;
    const { messages } = await this.#takeRows(undefined, most);
    return messages.map(messageOf);
  }

  async take(options: { visibility?: Seconds; wait?: Seconds } = {}): Promise<TakenMessage | undefined> {
    const { visibility = DEFAULT_VISIBILITY, wait } = options;
    return this.#takers.take(() => this.#take(visibility), wait);
  }

  async peek(options: { last?: number } = {}): Promise<readonly QueueMessage[]> {
    const rows = await this.#query<MessageRow>(statements.peek, [options.last ?? 25], true);
    return rows.reverse().map(messageOf);
  }

  async trim(options: { keep?: number; olderThan?: Seconds }): Promise<number> {
    const { keep, olderThan } = options;
    const oldest = () => (olderThan === undefined ? null : this.#part.now() - olderThan);
    const [row] = await this.#query<{ count: number }>(statements.trim, () => [keep ?? null, oldest()], true);
    return row?.count ?? 0;
  }

  async length(): Promise<number> {
    const [row] = await this.#query<{ count: string }>(statements.length, [], true);
    return Number(row?.count ?? 0);
  }

  subscribe(options: { from?: bigint; signal?: AbortSignal } = {}): AsyncIterable<QueueMessage> {
    const reading = new QueueReading(this.#part, options.from);
    const reader = new ChangeReader<QueueMessage>(this.#part, {
      signal: options.signal,
      follow: true,
      begin: () => reading.begin(),
      more: () => reading.more(),
      end: () => reading.end(),
    });
    this.#part.begins(reader.begun);
    return reader;
  }

  async #take(visibility: Seconds): Promise<TakenMessage | undefined> {
    const {
      messages: [message],
      session,
    } = await this.#takeRows(visibility, 1);
    if (message === undefined) return undefined;
    const end = async (back: boolean) => {
      const values = [message.position, message.deliveries, session, this.#part.now(), back];
      const [answer] = await this.#query<{ done: boolean }>(statements.ack, values, false);
      if (answer?.done === true) return;
      throw new SharedError(
        "lost",
        `message ${message.position} of queue "${this.#part.name}" is not held any more: its time was over or it was trimmed`,
      );
    };
    return {
      ...messageOf(message),
      deliveries: message.deliveries,
      ack: () => end(false),
      nack: () => end(true),
    };
  }

  /** Without `visibility` they are gone with that. */
  async #takeRows(
    visibility: Seconds | undefined,
    most: number,
  ): Promise<{ messages: MessageRow[]; session: number }> {
    const { id } = await this.#part.server.session();
    const ask = () =>
      this.#query<MessageRow>(statements.take, () => [this.#part.now(), visibility ?? null, id, most], false);
    let messages = await ask();
    if (messages.length === 0 && most > 0 && (await this.#tidy())) messages = await ask();
    return { messages, session: id };
  }

  async #tidy(): Promise<boolean> {
    const now = this.#part.clock.monotonic();
    if (now - this.#tidied < TIDY_EVERY) return false;
    this.#tidied = now;
    const [row] = await this.#query<{ freed: number }>(statements.tidy, [], true);
    return (row?.freed ?? 0) > 0;
  }

  #query<R extends object>(
    text: string,
    values: readonly unknown[] | (() => readonly unknown[]),
    repeatable: boolean,
  ): Promise<R[]> {
    return this.#part.query<R>(text, values, { repeatable });
  }
}
