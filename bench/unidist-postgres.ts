import pg from "pg";
import { openSpace, type Space } from "../src/unidist/index.ts";
import { startPostgres } from "../test/unidist/postgres-server.ts";
import type { BenchRow } from "./row.ts";

const ROUNDS = 7;
const COUNT = 400;
const GOAL = 0.85;

type Work = (index: number) => Promise<unknown>;

/** Operations on a space in PostgreSQL beside their statements through a bare `pg` client, in turns; no fsync, both. */
export async function bench(): Promise<BenchRow[]> {
  const postgres = await startPostgres();
  try {
    const url = await postgres.database();
    const space = openSpace(url, "bench");
    await space.counter("theirs").set(0);
    const client = new pg.Client({ connectionString: url, options: "-c search_path=procblock" });
    await client.connect();
    const { rows } = await client.query<{ id: string }>("select id from space where name = 'bench'");
    const pairs = operations(space, client, rows[0]?.id ?? "");
    const measured: BenchRow[] = [];
    for (const [what, ours, theirs] of pairs) measured.push(await compare(what, ours, theirs));
    await client.end();
    await space.close();
    return measured;
  } finally {
    await postgres.stop();
  }
}

function operations(space: Space, client: pg.Client, id: string): (readonly [string, Work, Work])[] {
  const bare = (name: string, text: string, values: (index: number) => unknown[]): Work => {
    return (index) => client.query({ name, text, values: values(index) });
  };
  const now = () => Date.now() / 1000;
  const [counter, state, queue, log] = [
    space.counter("ours"),
    space.state("ours"),
    space.queue("ours"),
    space.log("ours"),
  ];
  return [
    [
      "counter: increment",
      () => counter.increment(),
      bare(
        "b1",
        "insert into counter as c (space, name, value) values ($1, $2, $3) on conflict (space, name) do update set value = c.value + excluded.value returning value",
        () => [id, "theirs", 1],
      ),
    ],
    [
      "state: set",
      (index) => state.set("k", { index }),
      bare("b2", "select put, had from state_put($1, $2, $3, $4, $5, $6, $7, $8)", (index) => [
        id,
        "theirs",
        "k",
        JSON.stringify({ index }),
        now(),
        null,
        null,
        null,
      ]),
    ],
    [
      "state: get",
      () => state.get("k"),
      bare(
        "b3",
        "select value, version, expires from state where space = $1 and bucket = $2 and key = $3",
        () => [id, "theirs", "k"],
      ),
    ],
    [
      "queue: push",
      (index) => queue.push({ index }),
      bare("b4", "select queue_push($1, $2, $3, $4, $5, $6) as position", (index) => [
        id,
        "theirs",
        [null],
        [JSON.stringify({ index })],
        now(),
        100_000,
      ]),
    ],
    [
      "queue: pop",
      () => queue.pop(),
      bare("b5", "select * from queue_take($1, $2, $3, $4, $5, $6)", () => [id, "theirs", now(), null, 1, 1]),
    ],
    [
      "log: append",
      (index) => log.append({ index }),
      bare("b6", "select log_append($1, $2, $3, $4, $5) as position", (index) => [
        id,
        "theirs",
        JSON.stringify({ index }),
        now(),
        100_000,
      ]),
    ],
  ];
}

async function compare(what: string, ours: Work, theirs: Work): Promise<BenchRow> {
  const rates: { ours: number[]; theirs: number[] } = { ours: [], theirs: [] };
  for (let round = 0; round <= ROUNDS; round++)
    for (const [name, work] of [["ours", ours] as const, ["theirs", theirs] as const]) {
      const began = performance.now();
      for (let index = 0; index < COUNT; index++) await work(index);
      // The first round warms both up.
      if (round > 0) rates[name].push((COUNT * 1000) / (performance.now() - began));
    }
  const row = { ours: median(rates.ours), theirs: median(rates.theirs) };
  const ratio = row.ours / row.theirs;
  return {
    what: `PostgreSQL, ${what}, against the statement through pg`,
    ...row,
    unit: "per s",
    ratio,
    goal: `≥ ${GOAL} ×`,
    met: ratio >= GOAL,
  };
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}
