/** PNG and SVG against `rrdtool -` in pipe mode: the same RRD file, the same area and line, from the file to the bytes of the picture. */
import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { EpochSeconds } from "../src/base/index.ts";
import {
  drawGraph,
  type GraphDefinition,
  type GraphFormat,
  GraphPainter,
  type GraphPeriod,
  graphDefinition,
  rrdSeriesSource,
  rrdXport,
} from "../src/graph/index.ts";
import type { BenchRow } from "./row.ts";

const STEP = 10;
const POINTS = 400;
/** Batches, and pictures in each. */
const WARM_UP = 4;
const BATCHES = 8;
const EACH = 20;
const START = 1_700_000_000;
const END = START + STEP * POINTS;

export async function bench(): Promise<BenchRow[]> {
  const folder = mkdtempSync(join(tmpdir(), "procblock-bench-graph-"));
  const rrdtool = new RrdtoolPipe();
  try {
    const file = join(folder, "data.rrd");
    await rrdtool.say(
      `create ${file} --start ${START - STEP} --step ${STEP} DS:a:GAUGE:60:U:U DS:b:GAUGE:60:U:U RRA:AVERAGE:0.5:1:1000`,
    );
    const updates = Array.from({ length: POINTS + 1 }, (_, i) => {
      return `${START + i * STEP}:${(50 + 40 * Math.sin(i / 20)).toFixed(3)}:${(30 + 20 * Math.cos(i / 7)).toFixed(3)}`;
    });
    await rrdtool.say(`update ${file} ${updates.join(" ")}`);
    const theirs: number[] = [];
    const png: number[] = [];
    const svg: number[] = [];
    // In batches, so that each is as warm as in a run of its own, and in turns, so that a busy moment hits all alike.
    for (let batch = 0; batch < WARM_UP + BATCHES; batch++) {
      const times = { theirs: [] as number[], png: [] as number[], svg: [] as number[] };
      for (let i = 0; i < EACH; i++) {
        const shown = END - batch * EACH - i;
        const command = `graph - --start ${shown - STEP * POINTS} --end ${shown} --title Bench --vertical-label bytes DEF:a=${file}:a:AVERAGE DEF:b=${file}:b:AVERAGE AREA:a#EA644A:a LINE1:b#4477CC:b GPRINT:a:LAST:%6.2lf%s GPRINT:a:AVERAGE:%6.2lf%s GPRINT:a:MAX:%6.2lf%s`;
        times.theirs.push(await timed(() => rrdtool.say(command)));
      }
      for (let i = 0; i < EACH; i++)
        times.png.push(await timed(() => ours(file, END - batch * EACH - i, "png")));
      for (let i = 0; i < EACH; i++)
        times.svg.push(await timed(() => ours(file, END - batch * EACH - i, "svg")));
      if (batch < WARM_UP) continue;
      theirs.push(...times.theirs);
      png.push(...times.png);
      svg.push(...times.svg);
    }
    const rival = median(theirs);
    return [
      row("PNG 497×173, area and line, 400 points, file to bytes", median(png), rival, 0.4),
      row("SVG of the same", median(svg), rival, 0.1),
      await exportRow(rrdtool, folder),
      await memory(file, folder),
    ];
  } finally {
    rrdtool.end();
    rmSync(folder, { recursive: true, force: true });
  }
}

function row(what: string, ours: number, theirs: number, most: number): BenchRow {
  const ratio = ours / theirs;
  const note = "against a PNG of 497×173 by rrdtool in pipe mode; ours is 483×206, with its legend in rows";
  return { what, ours, theirs, unit: "ms", ratio, goal: `≤ ${most} ×`, met: ratio <= most, note };
}

const YEAR = 366 * 86_400;

/** 400 rows out of a year at a step of five minutes, kept in one archive that has to be read as a whole. */
async function exportRow(rrdtool: RrdtoolPipe, folder: string): Promise<BenchRow> {
  const file = join(folder, "year.rrd");
  const step = 300;
  const first = END - (END % step) - YEAR;
  await rrdtool.say(
    `create ${file} --start ${first - step} --step ${step} DS:a:GAUGE:600:U:U RRA:AVERAGE:0.5:1:${YEAR / step}`,
  );
  const updates: string[] = [];
  for (let time = first; time <= first + YEAR; time += step) {
    updates.push(`${time}:${(50 + 40 * Math.sin(time / 40_000)).toFixed(3)}`);
    if (updates.length === 2000 || time + step > first + YEAR) {
      await rrdtool.say(`update ${file} ${updates.splice(0).join(" ")}`);
    }
  }
  const theirs: number[] = [];
  const own: number[] = [];
  for (let batch = 0; batch < WARM_UP + BATCHES; batch++) {
    for (let i = 0; i < EACH; i++) {
      const words = [
        ...["--start", String(first + step), "--end", String(first + YEAR - i)],
        ...[`DEF:a=${file}:a:AVERAGE`, "XPORT:a:a"],
      ];
      const rival = await timed(() => rrdtool.say(`xport ${words.join(" ")}`));
      const ours = await timed(async () => {
        const answer = await rrdXport(words, { now: END as EpochSeconds, cwd: folder });
        if (!answer.ok) throw new Error(answer.problems.map((one) => one.message).join());
      });
      if (batch < WARM_UP) continue;
      theirs.push(rival);
      own.push(ours);
    }
  }
  const rival = median(theirs);
  const ratio = median(own) / rival;
  const what = "xport of 400 rows out of a year at a step of 5 minutes";
  return { what, ours: median(own), theirs: rival, unit: "ms", ratio, goal: "≤ 0.5 ×", met: ratio <= 0.5 };
}

const period = { text: "4000s", seconds: STEP * POINTS } as GraphPeriod;

function benchDefinition(format: GraphFormat): GraphDefinition {
  return graphDefinition({
    path: `bench.${format}`,
    title: "Bench",
    fields: ["a"],
    method: "AREA",
    expressions: { b_line: "b" },
    verticalLabel: "bytes",
    width: 420,
    height: 100,
  });
}

async function ours(file: string, now: number, format: GraphFormat): Promise<void> {
  const picture = await drawGraph(benchDefinition(format), rrdSeriesSource(file), { now, period, format });
  if (!picture.ok) throw new Error(picture.problems.map((one) => one.message).join());
}

/** 1,000 different graphs painted as the monitor does: memory of the process after the first 100 and at the end. */
async function memory(file: string, folder: string): Promise<BenchRow> {
  await using painter = new GraphPainter();
  const draw = async (from: number, to: number) => {
    for (let i = from; i < to; i++) {
      const definition = { ...benchDefinition("png"), title: `Graph ${i} äß${i * 7919}` };
      const out = join(folder, "many.png");
      const painted = await painter.paint({ rrdFile: file, definition, period, now: END - i, out });
      if (!painted.ok) throw new Error(painted.problems.map((one) => one.message).join());
    }
    return process.memoryUsage().rss / 2 ** 20;
  };
  const before = await draw(0, 100);
  const after = await draw(100, 1000);
  const ratio = after / before;
  return {
    what: "memory after 1,000 different graphs, against after 100",
    ours: after,
    theirs: before,
    unit: "MiB",
    ratio,
    goal: "≤ 1.1 ×",
    met: ratio <= 1.1,
  };
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

function median(values: number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

/** One command at a time; each is answered by its output and a line that starts with OK or ERROR. */
class RrdtoolPipe {
  readonly #child: ChildProcessWithoutNullStreams = spawn("rrdtool", ["-"], {
    env: { ...process.env, LC_ALL: "C" },
  });
  #said = "";
  #answer: ((text: string) => void) | undefined;
  #fail: ((error: Error) => void) | undefined;

  constructor() {
    this.#child.stdout.setEncoding("latin1").on("data", (text: string) => {
      this.#said += text;
      if (!/(?:OK u:|ERROR)[^\n]*\n$/.test(this.#said)) return;
      const said = this.#said;
      this.#said = "";
      if (/ERROR[^\n]*\n$/.test(said)) this.#fail?.(new Error(said));
      else this.#answer?.(said);
    });
    this.#child.on("error", (error) => this.#fail?.(error));
  }

  say(command: string): Promise<string> {
    return new Promise((resolve, reject) => {
      this.#answer = resolve;
      this.#fail = reject;
      this.#child.stdin.write(`${command}\n`);
    });
  }

  end(): void {
    this.#child.stdin.end("quit\n");
  }
}
