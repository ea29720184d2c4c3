import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { unwrap } from "../src/base/index.ts";
import { createRrd } from "../src/rrd/index.ts";
import { BlockingClient, place } from "./cached-client.ts";
import type { BenchRow } from "./row.ts";

/** Of the 10,000 files row; `--seconds N` for a longer look. */
const SECONDS = Number(process.argv[process.argv.indexOf("--seconds") + 1]) || 30;
const FILES = 10_000;
const ROUNDS = 5;
const ONE_BY_ONE_ROUNDS = 8;
const START = Math.floor(Date.now() / 1000) - 80_000;
const command = new URL("../src/cli/bin.ts", import.meta.url).pathname;

interface Daemon {
  readonly child: ChildProcess;
  readonly base: string;
  readonly path: string;
  readonly socket: Socket;
  /** Seconds since START given to the daemon so far. */
  next: number;
}

/** The protocol beside the real rrdcached, round by round in turns, each with its own files; then many files for a while. */
export async function bench(): Promise<BenchRow[]> {
  const folder = mkdtempSync(join(tmpdir(), "bench-cached-"));
  const daemons: Daemon[] = [];
  try {
    const ours = await startDaemon(join(folder, "ours"), 16, (base, socket) => [
      process.execPath,
      [
        command,
        "rrd",
        "daemon",
        "-l",
        `unix:${socket}`,
        "-b",
        base,
        "-j",
        join(folder, "our-journal"),
        "--sync",
        "never",
      ],
    ]);
    daemons.push(ours);
    const theirs = await startDaemon(join(folder, "theirs"), 16, (base, socket) => [
      "rrdcached",
      [
        "-g",
        "-l",
        `unix:${socket}`,
        "-b",
        base,
        "-B",
        "-p",
        `${socket}.pid`,
        "-j",
        makeFolder(join(folder, "their-journal")),
      ],
    ]);
    daemons.push(theirs);
    const rows = [
      ...(await oneByOneRows(folder, ours, theirs)),
      await compare("rrdcached protocol, one answer each, not waited for", 1.5, ours, theirs, (daemon) =>
        pipelined(daemon, 20_000),
      ),
      await compare("rrdcached protocol, BATCH of 1,000", 1, ours, theirs, (daemon) => batches(daemon, 20)),
    ];
    rows.push(await quiet(ours));
    for (const daemon of daemons.splice(0)) await stop(daemon);
    const many = await startDaemon(join(folder, "many"), FILES, (base, socket) => [
      process.execPath,
      [command, "rrd", "daemon", "-l", `unix:${socket}`, "-b", base, "-w", "20"],
    ]);
    daemons.push(many);
    rows.push(...(await manyFiles(many)));
    return rows;
  } finally {
    for (const daemon of daemons) await stop(daemon);
    rmSync(folder, { recursive: true });
  }
}

function makeFolder(path: string): string {
  mkdirSync(path);
  return path;
}

async function startDaemon(
  base: string,
  files: number,
  program: (base: string, socket: string) => readonly [string, readonly string[]],
): Promise<Daemon> {
  mkdirSync(base);
  for (let file = 0; file < files; file++) {
    const dataSources = [{ name: "x", type: "GAUGE", heartbeat: 100 }] as const;
    const archives = [{ cf: "AVERAGE", xff: 0.5, pdpPerRow: 1, rows: 100 }] as const;
    unwrap(
      createRrd(
        join(base, `f${file}.rrd`),
        { step: 10, start: START, dataSources, archives },
        { durable: false },
      ),
    );
  }
  const path = join(base, "..", `${files}${Math.random()}.sock`);
  const [name, words] = program(base, path);
  const child = spawn(name, words, { stdio: "ignore" });
  for (let attempt = 0; attempt < 200; attempt++) {
    const socket = await tryConnect(path);
    if (socket !== undefined) return { child, base, path, socket, next: 1 };
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`${name} does not listen`);
}

function tryConnect(path: string): Promise<Socket | undefined> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.once("connect", () => resolve(socket));
    socket.once("error", () => resolve(undefined));
  });
}

async function stop({ child, socket }: Daemon): Promise<void> {
  socket.destroy();
  const ended = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGTERM");
  await ended;
}

function lineFor(daemon: Daemon, index: number): string {
  if (index % 16 === 0) daemon.next++;
  return `UPDATE f${index % 16}.rrd ${START + daemon.next}:${index}\n`;
}

/** Resolves when `count` lines have come. */
function linesFrom(socket: Socket, count: number): Promise<void> {
  return new Promise((resolve, reject) => {
    let seen = 0;
    const take = (bytes: Buffer) => {
      for (let at = bytes.indexOf(10); at >= 0; at = bytes.indexOf(10, at + 1)) seen++;
      if (bytes.includes("-1 ")) reject(new Error(bytes.toString("utf8", 0, 200)));
      if (seen < count) return;
      socket.off("data", take);
      resolve();
    };
    socket.on("data", take);
  });
}

async function oneByOne(daemon: Daemon, count: number): Promise<number> {
  for (let index = 0; index < count; index++) {
    const answered = linesFrom(daemon.socket, 1);
    daemon.socket.write(lineFor(daemon, index));
    await answered;
  }
  return count;
}

/**
 * Where the system puts the two processes decides more than what they do: on one processor a request is a switch of
 * tasks, on two it waits until a sleeping processor wakes up. So both are measured, each kept in place.
 */
async function oneByOneRows(folder: string, ours: Daemon, theirs: Daemon): Promise<BenchRow[]> {
  const what = "rrdcached protocol, one by one: update, wait, next";
  const client = BlockingClient.compile(folder);
  if (client === undefined || availableParallelism() < 2) {
    const row = await compare(what, 1.5, ours, theirs, (daemon) => oneByOne(daemon, 4000));
    return [
      { ...row, note: "no gcc or taskset, or one processor: the client is in Node, placed by the system" },
    ];
  }
  const path = join(folder, "answerer.sock");
  const answerer = await client.answerer(path);
  const rows: BenchRow[] = [];
  try {
    for (const processor of [1, 0]) {
      const least: number[] = [];
      const rates: { ours: number[]; theirs: number[] } = { ours: [], theirs: [] };
      place(answerer, "0");
      for (const daemon of [ours, theirs]) place(daemon.child, "0");
      for (let round = 0; round <= ONE_BY_ONE_ROUNDS; round++) {
        const took = {
          ours: client.rate(ours.path, 8000, START + ours.next, processor),
          theirs: client.rate(theirs.path, 8000, START + theirs.next, processor),
        };
        ours.next += 501;
        theirs.next += 501;
        // The first rounds warm both up.
        if (round < 2) continue;
        rates.ours.push(took.ours);
        rates.theirs.push(took.theirs);
        least.push(client.rate(path, 8000, START, processor));
      }
      const row = { ours: median(rates.ours), theirs: median(rates.theirs) };
      const ratio = row.ours / row.theirs;
      rows.push({
        what: `${what}; client on ${processor === 0 ? "the same" : "another"} processor`,
        ...row,
        unit: "updates/s",
        ratio,
        goal: "≥ 1.5 ×",
        met: ratio >= 1.5,
        note: `client in C; a server in C that only answers: ${(median(least) / row.theirs).toFixed(2)} ×`,
      });
    }
  } finally {
    for (const daemon of [ours, theirs]) place(daemon.child, `0-${availableParallelism() - 1}`);
    answerer.kill();
  }
  return rows;
}

/** What the daemon takes while little or nothing comes. */
async function quiet(daemon: Daemon): Promise<BenchRow> {
  const pid = daemon.child.pid ?? 0;
  const shares: number[] = [];
  for (const perSecond of [0, 1, 100]) {
    const began = performance.now();
    const taken = taskSeconds(pid);
    for (let count = 0; count < 8 * perSecond; count++) {
      const answered = linesFrom(daemon.socket, 1);
      daemon.socket.write(lineFor(daemon, count * 16));
      await answered;
      const due = began + ((count + 1) * 1000) / perSecond;
      await new Promise((resolve) => setTimeout(resolve, Math.max(0, due - performance.now())));
    }
    if (perSecond === 0) await new Promise((resolve) => setTimeout(resolve, 8000));
    shares.push(((taskSeconds(pid) - taken) / (performance.now() - began)) * 100_000);
  }
  const [none = 0, one = 0, hundred = 0] = shares;
  return {
    what: "rrdcached protocol, 100 updates a second: processor",
    ours: hundred,
    theirs: Number.NaN,
    unit: "% of a core",
    ratio: hundred / 5,
    goal: "≤ 5 %",
    met: hundred <= 5,
    note: `one a second ${one.toFixed(2)} %, none ${none.toFixed(2)} %`,
  };
}

/** As `cpuSeconds`, in nanoseconds. */
function taskSeconds(pid: number): number {
  let nanoseconds = 0;
  for (const task of readdirSync(`/proc/${pid}/task`))
    nanoseconds += Number(readFileSync(`/proc/${pid}/task/${task}/schedstat`, "utf8").split(" ")[0]);
  return nanoseconds / 1e9;
}

async function pipelined(daemon: Daemon, count: number): Promise<number> {
  const answered = linesFrom(daemon.socket, count);
  let text = "";
  for (let index = 0; index < count; index++) text += lineFor(daemon, index);
  daemon.socket.write(text);
  await answered;
  return count;
}

async function batches(daemon: Daemon, count: number): Promise<number> {
  for (let batch = 0; batch < count; batch++) {
    const answered = linesFrom(daemon.socket, 2);
    let text = "BATCH\n";
    for (let index = 0; index < 1000; index++) text += lineFor(daemon, index);
    daemon.socket.write(`${text}.\n`);
    await answered;
  }
  return count * 1000;
}

async function compare(
  what: string,
  goal: number,
  ours: Daemon,
  theirs: Daemon,
  work: (daemon: Daemon) => Promise<number>,
): Promise<BenchRow> {
  const rates: { ours: number[]; theirs: number[] } = { ours: [], theirs: [] };
  for (let round = 0; round <= ROUNDS; round++) {
    for (const [name, daemon] of [
      ["ours", ours],
      ["theirs", theirs],
    ] as const) {
      const began = performance.now();
      const count = await work(daemon);
      // The first round warms both up.
      if (round > 0) rates[name].push((count * 1000) / (performance.now() - began));
    }
  }
  const row = { ours: median(rates.ours), theirs: median(rates.theirs) };
  const ratio = row.ours / row.theirs;
  return {
    what,
    ...row,
    unit: "updates/s",
    ratio,
    goal: `≥ ${goal} ×`,
    met: ratio >= goal,
    note: "journal on, both",
  };
}

async function manyFiles(daemon: Daemon): Promise<BenchRow[]> {
  const { socket, child } = daemon;
  const pid = child.pid ?? 0;
  const began = performance.now();
  let at = Math.floor(Date.now() / 1000) - SECONDS;
  const round = async () => {
    const answered = linesFrom(socket, FILES);
    at += 10;
    for (let file = 0; file < FILES; file++) socket.write(`UPDATE f${file}.rrd ${at}:${file}\n`);
    await answered;
  };
  // The first look at every file is no part of a steady state.
  await round();
  const cpu = cpuSeconds(pid);
  const steady = performance.now();
  let largest = 0;
  for (let number = 1; performance.now() - steady < SECONDS * 1000; number++) {
    await new Promise((resolve) => setTimeout(resolve, began + number * 10_000 - performance.now()));
    await round();
    largest = Math.max(largest, memory(pid));
  }
  const share = ((cpuSeconds(pid) - cpu) / (performance.now() - steady)) * 100_000;
  return [
    {
      what: "10,000 files updated every 10 s, write-behind 20 s: processor",
      ours: share,
      theirs: Number.NaN,
      unit: "% of a core",
      ratio: share / 30,
      goal: "≤ 30 %",
      met: share <= 30,
    },
    {
      what: "10,000 files updated every 10 s, write-behind 20 s: memory",
      ours: largest,
      theirs: Number.NaN,
      unit: "MB",
      ratio: largest / 300,
      goal: "≤ 300 MB",
      met: largest <= 300,
    },
  ];
}

/** User and system time; the kernel counts in hundredths. */
function cpuSeconds(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.split(" ") ?? [];
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

function memory(pid: number): number {
  return Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]) / 1000;
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}
