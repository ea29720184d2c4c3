import type { QueueMessage } from "../types.ts";
import { type MessageRow, messageOf } from "./message-row.ts";
import type { PostgresPart } from "./part.ts";

const statements = {
  // The queue's row is locked: what is pushed later has a later position, and finds the subscriber there.
  begin: `with q as (
      insert into queue as k (space, name) values ($1, $2)
      on conflict (space, name) do update set next = k.next returning id, next
    ) insert into subscriber (queue, session, position)
      select id, $3, least(coalesce($4::bigint, next), next) - 1 from q returning id, queue, position`,
  more: `select position, time, key, body from message m join queue q on q.id = m.queue
    where q.space = $1 and q.name = $2 and m.position > $3 order by m.position limit 500`,
  passed: `with s as (
      update subscriber set position = $4 where id = $3 returning queue
    ) delete from message m using s where m.queue = s.queue and m.done
      and m.position <= (select min(case o.id when $3 then $4 else o.position end) from subscriber o where o.queue = m.queue)
      and $1::bigint is not null and $2::text is not null`,
  end: "delete from subscriber where id = $3 and $1::bigint is not null and $2::text is not null",
};

/** How far a subscriber has read. Messages that others take meanwhile are kept until it has passed them. */
export class QueueReading {
  readonly #part: PostgresPart;
  #from: bigint | undefined;
  #id: string | undefined;
  #session = -1;
  #position = "0";

  /** `from`: the first position wanted; undefined: what comes from now on. */
  constructor(part: PostgresPart, from: bigint | undefined) {
    this.#part = part;
    this.#from = from;
  }

  async begin(): Promise<QueueMessage[]> {
    const session = await this.#part.server.session();
    const [row] = await this.#part.query<{ id: string; position: string }>(
      statements.begin,
      [session.id, this.#from === undefined ? null : String(this.#from)],
      { repeatable: false },
    );
    this.#session = session.id;
    this.#id = row?.id;
    this.#position = row?.position ?? "0";
    return this.#from === undefined ? [] : this.more();
  }

  async more(): Promise<QueueMessage[]> {
    const { id } = await this.#part.server.session();
    if (id !== this.#session) {
      // The subscriber went with the session: it begins again behind what it has read.
      this.#from = BigInt(this.#position) + 1n;
      return this.begin();
    }
    const rows = await this.#part.query<MessageRow>(statements.more, [this.#position], { repeatable: true });
    const last = rows.at(-1);
    if (last === undefined) return [];
    this.#position = last.position;
    await this.#part.query(statements.passed, [this.#id, last.position], { repeatable: true });
    return rows.map(messageOf);
  }

  async end(): Promise<void> {
    if (this.#id !== undefined) await this.#part.query(statements.end, [this.#id], { repeatable: true });
  }
}
