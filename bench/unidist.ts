import { fork } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync, type StatementSync } from "node:sqlite";
import { Worker } from "node:worker_threads";
import { openSpace, type Space } from "../src/unidist/index.ts";
import type { BenchRow } from "./row.ts";

const ROUNDS = 9;
const child = new URL("unidist-child.ts", import.meta.url);

/** The sqlite: store beside the statements it is made of, used bare, in turns. */
export async function bench(): Promise<BenchRow[]> {
  const folder = mkdtempSync(join(tmpdir(), "bench-unidist-"));
  const url = (name: string) => `sqlite:${join(folder, name)}`;
  const space = openSpace(url("ours.sqlite"), "bench");
  const bare = openBare(join(folder, "bare.sqlite"));
  try {
    return [
      await compare("counter, one thread: increment", 0.8, 3000, ...counters(space, bare)),
      await compare("queue: push and pop, one by one", 0.6, 1500, ...singles(space, bare)),
      await compare("queue: push and pop, batches of 100", 0.6, 3000, ...batches(space, bare)),
      await uncontended(space),
      ...(await twoProcesses(url)),
      await handOver("lock: hand-over between two threads", url("threads.sqlite"), startThread, 2),
      await handOver("lock: hand-over between two processes", url("processes.sqlite"), startProcess, 60),
    ];
  } finally {
    await space.close();
    bare.close();
    rmSync(folder, { recursive: true });
  }
}

function openBare(path: string): DatabaseSync {
  const db = new DatabaseSync(path);
  db.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;
    CREATE TABLE counter (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT;
    CREATE TABLE message (id INTEGER PRIMARY KEY AUTOINCREMENT, time REAL NOT NULL, body TEXT NOT NULL) STRICT`);
  return db;
}

type Work = (count: number) => Promise<void> | void;

function counters(space: Space, bare: DatabaseSync): [Work, Work] {
  const counter = space.counter("hits");
  const upsert = prepare(
    bare,
    "INSERT INTO counter VALUES (?, 1) ON CONFLICT DO UPDATE SET value = value + 1 RETURNING value",
  );
  return [
    async (count) => {
      for (let i = 0; i < count; i++) await counter.increment();
    },
    (count) => {
      for (let i = 0; i < count; i++) upsert.all("hits");
    },
  ];
}

const POP = "DELETE FROM message WHERE id = (SELECT min(id) FROM message) RETURNING id, time, body";

function singles(space: Space, bare: DatabaseSync): [Work, Work] {
  const queue = space.queue("singles");
  const push = prepare(bare, "INSERT INTO message (time, body) VALUES (?, ?) RETURNING id");
  const pop = prepare(bare, POP);
  return [
    async (count) => {
      for (let i = 0; i < count; i++) await queue.push({ number: i, text: "some text" });
      for (let i = 0; i < count; i++) await queue.pop();
    },
    (count) => {
      for (let i = 0; i < count; i++)
        push.all(Date.now() / 1000, JSON.stringify({ number: i, text: "some text" }));
      for (let i = 0; i < count; i++) JSON.parse(String((pop.all()[0] as unknown[] | undefined)?.[2]));
    },
  ];
}

function batches(space: Space, bare: DatabaseSync): [Work, Work] {
  const queue = space.queue("batches");
  const push = prepare(bare, "INSERT INTO message (time, body) VALUES (?, ?) RETURNING id");
  const pop = prepare(bare, POP);
  const messages = Array.from({ length: 100 }, (_, number) => ({ number, text: "some text" }));
  return [
    async (count) => {
      for (let i = 0; i < count; i += 100) await queue.pushMany(messages);
      for (let i = 0; i < count; i += 100) await queue.popMany(100);
    },
    (count) => {
      for (let i = 0; i < count; i += 100) {
        bare.exec("BEGIN IMMEDIATE");
        for (const message of messages) push.all(Date.now() / 1000, JSON.stringify(message));
        bare.exec("COMMIT");
      }
      for (let i = 0; i < count; i += 100) {
        bare.exec("BEGIN IMMEDIATE");
        for (let k = 0; k < 100; k++) JSON.parse(String((pop.all()[0] as unknown[] | undefined)?.[2]));
        bare.exec("COMMIT");
      }
    },
  ];
}

function prepare(db: DatabaseSync, sql: string): StatementSync {
  const statement = db.prepare(sql);
  statement.setReadBigInts(true);
  statement.setReturnArrays(true);
  return statement;
}

async function compare(
  what: string,
  goal: number,
  count: number,
  ours: Work,
  theirs: Work,
): Promise<BenchRow> {
  const rates: [number[], number[]] = [[], []];
  for (let round = 0; round <= ROUNDS; round++) {
    for (const [index, work] of [ours, theirs].entries()) {
      const began = performance.now();
      await work(count);
      // The first round warms both up.
      if (round > 0) rates[index]?.push((count * 1000) / (performance.now() - began));
    }
  }
  // Whatever else the machine does only makes rounds slower.
  const [our, their] = [Math.max(...rates[0]), Math.max(...rates[1])];
  const ratio = our / their;
  return {
    what,
    ours: our,
    theirs: their,
    unit: "/s",
    ratio,
    goal: `≥ ${goal} ×`,
    met: ratio >= goal,
    note: "the rival is node:sqlite, bare",
  };
}

async function uncontended(space: Space): Promise<BenchRow> {
  const lock = space.lock("free");
  const times: number[] = [];
  for (let round = 0; round <= ROUNDS; round++) {
    const began = performance.now();
    for (let i = 0; i < 1000; i++) await (await lock.acquire())?.release();
    if (round > 0) times.push((performance.now() - began) / 1000);
  }
  return limit("lock: acquire and release, nobody else", median(times), 0.1);
}

async function twoProcesses(url: (name: string) => string): Promise<BenchRow[]> {
  const MILLISECONDS = 3000;
  const run = async (name: string, processes: number) => {
    const counted = await both(startProcess, "count", url(name), MILLISECONDS, processes);
    const results = counted as { done: number; worst: number }[];
    return {
      total: results.reduce((sum, { done }) => sum + done, 0) / (MILLISECONDS / 1000),
      worst: Math.max(...results.map(({ worst }) => worst)),
      least: Math.min(...results.map(({ done }) => done)) / (MILLISECONDS / 1000),
    };
  };
  const one = await run("one.sqlite", 1);
  const two = await run("two.sqlite", 2);
  const ratio = two.total / one.total;
  return [
    {
      what: "counter, two processes: increments of both",
      ours: two.total,
      theirs: one.total,
      unit: "/s",
      ratio,
      goal: "≥ 0.7 ×",
      met: ratio >= 0.7,
      note: `the rival is one process; the slower of two: ${Math.round(two.least)}/s`,
    },
    limit("counter, two processes: longest wait", two.worst, 300),
  ];
}

async function handOver(what: string, url: string, start: Start, goal: number): Promise<BenchRow> {
  const results = (await both(start, "hand-over", url, 200)) as { got: number[]; gave: number[] }[];
  const gave = results.flatMap((result) => result.gave).sort((a, b) => a - b);
  const got = results.flatMap((result) => result.got).sort((a, b) => a - b);
  const waits = got
    .slice(1)
    .map((time, index) => time - (gave[index] ?? 0))
    .sort((a, b) => a - b);
  const p99 = waits[Math.floor(waits.length * 0.99)] ?? Number.NaN;
  return { ...limit(`${what}, p99`, p99, goal), note: `median ${median(waits).toFixed(2)} ms` };
}

function limit(what: string, milliseconds: number, most: number): BenchRow {
  return {
    what,
    ours: milliseconds,
    theirs: Number.NaN,
    unit: "ms",
    ratio: milliseconds / most,
    goal: `≤ ${most} ms`,
    met: milliseconds <= most,
  };
}

type Start = (job: string, url: string, number: number, hear: (message: unknown) => void) => Promise<unknown>;

/** Starts them and returns what each sends at last. */
async function both(start: Start, job: string, url: string, number: number, count = 2): Promise<unknown[]> {
  return Promise.all(
    Array.from({ length: count }, async () => {
      let last: unknown;
      await start(job, url, number, (message) => {
        last = message;
      });
      return last;
    }),
  );
}

async function startProcess(...[job, url, number, hear]: Parameters<Start>): Promise<unknown> {
  const started = fork(child, [job, url, String(number)]);
  started.on("message", hear);
  return new Promise((resolve) => started.once("exit", resolve));
}

async function startThread(...[job, url, number, hear]: Parameters<Start>): Promise<unknown> {
  const started = new Worker(child, { workerData: { job, url, number } });
  started.on("message", hear);
  return new Promise((resolve) => started.once("exit", resolve));
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}
