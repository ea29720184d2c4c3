import type { Seconds } from "../../base/index.ts";
import { DEFAULT_LOG_LIMIT } from "../limits.ts";
import type { SharedValue } from "../shared-value.ts";
import type { Log, LogEntry } from "../types.ts";
import { textOfValue, valueOfText } from "../value-text.ts";
import { ChangeReader } from "./change-reader.ts";
import type { PostgresPart } from "./part.ts";

const from = "from entry e join log l on l.id = e.log where l.space = $1 and l.name = $2";

const statements = {
  append: "select log_append($1, $2, $3, $4, $5) as position",
  last: "select last from log where space = $1 and name = $2",
  newest: `select position, time, body ${from} and position > l.last - $3 and time >= $4 order by position desc limit $5`,
  after: `select position, time, body ${from} and position > $3 order by position limit 500`,
  length: `select count(*) as count ${from} and position > l.last - $3`,
  trim: `with kept as (
      select e.log, e.position ${from} and e.time >= $4 order by e.position desc limit $3
    ), gone as (
      delete from entry e using log l where l.space = $1 and l.name = $2 and e.log = l.id
        and not exists (select from kept k where k.log = e.log and k.position = e.position)
      returning 1
    ) select count(*) as count from gone`,
};

interface Row {
  readonly position: string;
  readonly time: number;
  readonly body: string;
}

export class PostgresLog implements Log {
  readonly #part: PostgresPart;

  constructor(part: PostgresPart) {
    this.#part = part;
  }

  async append(entry: SharedValue): Promise<bigint> {
    const body = textOfValue(entry);
    await this.#part.begun;
    const [row] = await this.#part.query<{ position: string }>(
      statements.append,
      () => [body, this.#part.now(), DEFAULT_LOG_LIMIT],
      { repeatable: false },
    );
    return BigInt(row?.position ?? 0);
  }

  tail(options: Parameters<Log["tail"]>[0] = {}): AsyncIterable<LogEntry> {
    const { lines = 10, since = Number.NEGATIVE_INFINITY, follow = false, signal } = options;
    let last: string | undefined;
    const reader = new ChangeReader<LogEntry>(this.#part, {
      signal,
      follow,
      begin: async () => {
        const values = [DEFAULT_LOG_LIMIT, since, lines];
        const newest = await this.#part.query<Row>(statements.newest, values, { repeatable: true });
        const [row] = await this.#part.query<{ last: string }>(statements.last, [], { repeatable: true });
        // Both are asked one after the other: what came in between is read with the rest.
        last = newest[0]?.position ?? row?.last ?? "0";
        return newest.reverse().map(entryOf);
      },
      more: async () => {
        const rows = await this.#part.query<Row>(statements.after, [last], { repeatable: true });
        last = rows.at(-1)?.position ?? last;
        return rows.map(entryOf);
      },
    });
    this.#part.begins(reader.begun);
    return reader;
  }

  async trim(options: { keep?: number; olderThan?: Seconds }): Promise<number> {
    const { keep = DEFAULT_LOG_LIMIT, olderThan } = options;
    const oldest = () => (olderThan === undefined ? Number.NEGATIVE_INFINITY : this.#part.now() - olderThan);
    const [row] = await this.#part.query<{ count: string }>(statements.trim, () => [keep, oldest()], {
      repeatable: true,
    });
    return Number(row?.count ?? 0);
  }

  async length(): Promise<number> {
    const values = [DEFAULT_LOG_LIMIT];
    const [row] = await this.#part.query<{ count: string }>(statements.length, values, { repeatable: true });
    return Number(row?.count ?? 0);
  }
}

function entryOf({ position, time, body }: Row): LogEntry {
  return { position: BigInt(position), time, entry: valueOfText(body) };
}
