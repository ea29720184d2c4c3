import { spawnSync } from "node:child_process";
import { join } from "node:path";

/** Files as a monitored machine has them, made by rrdtool; `NOW` is when all their data ends. */
export const NOW = 1_600_538_000;
const END = 1_600_537_800;
const STEP = 300;
const DAY = 86_400;

/** A generator of numbers 0 … 1 that always gives the same ones. */
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

interface Spec {
  readonly file: string;
  readonly sources: readonly string[];
  readonly archives: readonly string[];
  readonly days: number;
  readonly values: (time: number, random: () => number) => readonly (number | "U")[];
}

const daily = (time: number, hour: number) => Math.cos(((time % DAY) / DAY - hour / 24) * 2 * Math.PI);
const usual = ["AVERAGE:0.5:1:2016", "AVERAGE:0.5:12:840", "MAX:0.5:12:840", "MIN:0.5:12:840"];

const specs: readonly Spec[] = [
  {
    file: "traffic.rrd",
    sources: ["in", "out"],
    archives: usual,
    days: 16,
    values: (time, random) => {
      if (time > END - 60_000 && time < END - 56_000) return ["U", "U"];
      const burst = random() < 0.03 ? 2.2 : 1;
      const into = (3e6 + 2.4e6 * daily(time, 20) + 4e5 * random()) * burst;
      return [into, (1.1e6 + 0.7e6 * daily(time, 15) + 3e5 * random()) * (random() < 0.02 ? 3 : 1)];
    },
  },
  {
    file: "cpu.rrd",
    sources: ["user", "system", "nice", "iowait", "idle"],
    archives: usual,
    days: 9,
    values: (time, random) => {
      const user = 22 + 14 * daily(time, 14) + 8 * random();
      const system = 7 + 3 * daily(time, 14) + 3 * random();
      const nice = time % DAY < 3 * 3600 ? 12 + 2 * random() : 0.3 * random();
      const iowait = random() < 0.05 ? 15 * random() : 1.5 * random();
      return [user, system, nice, iowait, 100 - user - system - nice - iowait];
    },
  },
  {
    file: "load.rrd",
    sources: ["one", "five", "fifteen"],
    archives: usual,
    days: 9,
    values: (time, random) => {
      const load = 0.9 + 0.6 * daily(time, 13) + 0.5 * random();
      return [load + 0.4 * random(), load, load - 0.1 * random()];
    },
  },
  {
    file: "memory.rrd",
    sources: ["used", "cached", "free"],
    archives: usual,
    days: 9,
    values: (time, random) => {
      const used = 5.2e9 + 8e8 * daily(time, 16) + 2e8 * random();
      const cached = 6.1e9 + 1e9 * Math.sin(time / 90_000);
      return [used, cached, 17_179_869_184 - used - cached];
    },
  },
  {
    file: "ping.rrd",
    sources: ["rtt", "loss"],
    archives: usual,
    days: 9,
    values: (time, random) => {
      const failed = (time > END - 40_000 && time < END - 38_500) || random() < 0.01;
      return [
        failed ? "U" : 0.0182 + 0.004 * random() + 0.003 * daily(time, 20),
        failed ? 100 * random() : 0,
      ];
    },
  },
  {
    file: "temperature.rrd",
    sources: ["inside", "outside"],
    archives: usual,
    days: 9,
    values: (time, random) => [
      21 + 0.8 * daily(time, 18) + 0.1 * random(),
      2 + 7 * daily(time, 14) - 3 * random(),
    ],
  },
];

/** Makes all of them in a folder; takes a tenth of a second. */
export function makeCorpusFiles(folder: string): void {
  for (const [index, spec] of specs.entries()) {
    const path = join(folder, spec.file);
    const first = END - spec.days * DAY;
    const sources = spec.sources.map((name) => `DS:${name}:GAUGE:600:U:U`);
    const archives = spec.archives.map((archive) => `RRA:${archive}`);
    run(["create", path, "--start", String(first - STEP), "--step", String(STEP), ...sources, ...archives]);
    const random = numbers(index + 1);
    const updates: string[] = [];
    for (let time = first; time <= END; time += STEP) {
      const values = spec.values(time, random).map((value) => (value === "U" ? value : value.toPrecision(9)));
      updates.push(`${time}:${values.join(":")}`);
    }
    run(["update", path, ...updates]);
  }
}

function run(words: readonly string[]): void {
  const { status, stderr, error } = spawnSync("rrdtool", words, {
    encoding: "utf8",
    env: { ...process.env, TZ: "UTC" },
  });
  if (status !== 0) throw new Error(error?.message ?? stderr);
}
