import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createFromArguments, openRrd } from "../../src/rrd/index.ts";
import { describeWithRrdtool, rrdtool } from "../oracle.ts";

const BEGIN = 1_000_000_080;

/** `r1.rrd` steps of 10 s, `r2.rrd` later and coarser, `r3.rrd` with forecasts, `r4.rrd` with gaps and few averages. */
const sources: readonly { name: string; step: number; words: string; types: string; updates: number }[] = [
  {
    name: "r1.rrd",
    step: 10,
    types: "GC",
    words:
      "DS:a:GAUGE:60:U:U DS:b:COUNTER:60:U:U RRA:AVERAGE:0.5:1:20 RRA:AVERAGE:0.5:3:30 RRA:MAX:0.3:6:12 RRA:LAST:0.5:2:9",
    updates: 71,
  },
  {
    name: "r2.rrd",
    step: 30,
    types: "GD",
    words:
      "DS:a:GAUGE:200:U:U DS:c:DERIVE:200:U:U RRA:AVERAGE:0.2:1:13 RRA:MAX:0.5:4:10 RRA:AVERAGE:0.9:4:20",
    updates: 44,
  },
  {
    name: "r3.rrd",
    step: 10,
    types: "G",
    words: "DS:a:GAUGE:60:U:U DS:k:COMPUTE:a,2,* RRA:AVERAGE:0.5:1:10 RRA:HWPREDICT:20:0.1:0.0035:5",
    updates: 50,
  },
  {
    name: "r4.rrd",
    step: 20,
    types: "GG",
    words: "DS:a:GAUGE:20:U:U DS:c:GAUGE:20:U:U RRA:MIN:0.5:3:20 RRA:LAST:0:1:20 RRA:AVERAGE:0.3:5:8",
    updates: 35,
  },
];

/** What is created, after `create new.rrd`. */
const cases: readonly string[] = [
  // The same step, and the same archives, longer and shorter.
  "-s 10 -r r1.rrd DS:a:GAUGE:60:U:U RRA:AVERAGE:0.5:1:30 RRA:AVERAGE:0.5:3:12 RRA:MAX:0.3:6:12",
  "-s 10 -r r1.rrd DS:b:COUNTER:60:U:U DS:a:GAUGE:60:U:U RRA:LAST:0.5:2:20 RRA:AVERAGE:0.9:2:20 RRA:MIN:0.2:6:20",
  "-s 10 -r r1.rrd DS:a:GAUGE:60:U:U RRA:AVERAGE:0.5:1:1 RRA:AVERAGE:0.5:20:2 RRA:MAX:0.5:20:3",
  // Finer to coarser, coarser to finer, and what does not fit into each other.
  "-s 60 -r r1.rrd DS:a:GAUGE:600:U:U RRA:AVERAGE:0.5:1:20 RRA:AVERAGE:0.5:2:20 RRA:LAST:0.1:2:9 RRA:MIN:0.5:1:9",
  "-s 5 -r r2.rrd DS:a:GAUGE:600:U:U DS:c:DERIVE:600:U:U RRA:AVERAGE:0.5:1:200 RRA:MAX:0.5:6:50 RRA:MAX:0.5:7:9",
  "-s 15 -r r1.rrd DS:a:GAUGE:600:U:U RRA:AVERAGE:0.5:1:40 RRA:MAX:0.5:3:20 RRA:LAST:0.3:5:10",
  "-s 300 -r r1.rrd DS:a:GAUGE:600:U:U RRA:AVERAGE:0.1:1:10",
  // Several sources, in either order, one only, and with names of their own.
  "-s 10 -r r1.rrd -r r2.rrd DS:a:GAUGE:60:U:U DS:c:DERIVE:60:U:U RRA:AVERAGE:0.5:1:99 RRA:MAX:0.5:12:20",
  "-s 10 -r r2.rrd -r r1.rrd DS:a:GAUGE:60:U:U DS:c:DERIVE:60:U:U RRA:AVERAGE:0.5:1:99 RRA:MAX:0.5:12:20",
  "-s 20 -r r4.rrd -r r1.rrd -r r2.rrd DS:a:GAUGE:60:U:U DS:c:GAUGE:60:U:U RRA:AVERAGE:0.5:2:50 RRA:MIN:0.5:3:30 RRA:MAX:0:6:9",
  "-s 20 -r r1.rrd -r r4.rrd DS:x=a[2]:GAUGE:60:U:U DS:y=c:GAUGE:60:U:U DS:z=a[1]:GAUGE:60:U:U RRA:AVERAGE:0.3:5:20 RRA:MIN:0:3:20",
  // What is not there: names, indexes; other types.
  "-s 10 -r r1.rrd DS:new:GAUGE:60:U:U DS:a:GAUGE:60:U:U RRA:AVERAGE:0.5:1:9 RRA:MAX:0.5:3:9",
  "-s 10 -r r1.rrd DS:a=nope:GAUGE:60:U:U DS:b=b[7]:COUNTER:60:U:U DS:c=a[0]:GAUGE:60:U:U RRA:AVERAGE:0.5:4:9",
  "-s 10 -r r1.rrd DS:a:COUNTER:60:U:U DS:b:GAUGE:60:0:5 RRA:AVERAGE:0.5:1:9 RRA:AVERAGE:0.5:3:5",
  "-s 20 -r r4.rrd DS:a:GAUGE:60:U:U RRA:MAX:0.5:1:9 RRA:AVERAGE:0.5:1:9",
  "-s 20 -r r4.rrd DS:a:GAUGE:60:U:U RRA:MAX:0.5:1:9",
  // Another start.
  `-s 10 -b ${BEGIN + 300} -r r1.rrd DS:a:GAUGE:60:U:U RRA:AVERAGE:0.5:1:20 RRA:AVERAGE:0.5:3:20`,
  `-s 10 -b ${BEGIN + 5000} -r r1.rrd DS:a:GAUGE:60:U:U RRA:AVERAGE:0.5:1:20 RRA:AVERAGE:0.5:200:5`,
  // Templates, alone and with more.
  "-t r1.rrd",
  "-t r1.rrd -r r1.rrd",
  "-t r1.rrd -r r2.rrd",
  "-t r3.rrd -r r3.rrd",
  "-t r3.rrd -r r1.rrd -s 20",
  "-t r1.rrd DS:more:GAUGE:60:U:U RRA:AVERAGE:0.5:1m:1h",
  `-s 30 -t r1.rrd -b ${BEGIN} RRA:AVERAGE:0.5:1m:1h`,
  "-t r3.rrd RRA:HWPREDICT:20:0.1:0.0035:7 DS:m:COMPUTE:a,k,+",
  "-s 10 -r r3.rrd DS:a:GAUGE:60:U:U DS:k:COMPUTE:a,3,* RRA:HWPREDICT:30:0.1:0.0035:5 RRA:AVERAGE:0.5:2:5",
  "-s 10 -r r1.rrd DS:a:GAUGE:60:U:U RRA:HWPREDICT:20:0.1:0.0035:5",
  // What is refused.
  "-r none.rrd -x",
  "-x -r none.rrd",
  "-r none.rrd -t none.rrd DS:a:GAUGE:60:U:U RRA:LAST:0:1:5",
  "-t none.rrd foo",
  "-t r1.rrd -t r2.rrd",
  "-t r1.rrd DS:a:GAUGE:60:U:U",
  "-r text.txt DS:a:GAUGE:60:U:U RRA:LAST:0:1:5",
  "-t text.txt DS:a:GAUGE:60:U:U RRA:LAST:0:1:5",
  "-r folder DS:a:GAUGE:60:U:U RRA:LAST:0:1:5",
  "-t folder RRA:LAST:0:1:5",
  "-r r1.rrd RRA:LAST:0:1:5",
  "-r r1.rrd DS:a=a[]:GAUGE:60:U:U RRA:LAST:0:1:5",
  "-r r1.rrd DS:a=a[-1]:GAUGE:60:U:U RRA:LAST:0:1:5",
  "-O -r r1.rrd DS:a:GAUGE:60:U:U RRA:LAST:0:1:5",
];

let dir: string;
const zone = process.env.TZ;
beforeAll(() => {
  process.env.TZ = "UTC";
  dir = mkdtempSync(join(tmpdir(), "procblock-fill-"));
});
afterAll(() => {
  if (zone === undefined) delete process.env.TZ;
  else process.env.TZ = zone;
  rmSync(dir, { recursive: true });
});

function makeSources(): void {
  mkdirSync(join(dir, "folder"));
  writeFileSync(join(dir, "text.txt"), "no RRD file");
  const run = (words: readonly string[]) => {
    const { status, error } = rrdtool(words, { cwd: dir });
    if (status !== 0) throw new Error(`${words.join(" ")}: ${error}`);
  };
  for (const { name, step, words, types, updates } of sources) {
    run(["create", name, "-b", String(BEGIN), "-s", String(step), ...words.split(" ")]);
    let time = BEGIN;
    const lines = Array.from({ length: updates }, (_, k) => {
      // Now and then late, and now and then unknown.
      time += k % 9 === 4 ? 3 * step : k % 5 === 2 ? step - 3 : step;
      const readings = [...types].map((type, column) => {
        if ((k + column * 3) % 11 === 7) return "U";
        return type === "G" ? ((k * k * (column + 3)) % 97) / 8 : k * 37 + ((k * 13) % 29);
      });
      return `${time}:${readings.join(":")}`;
    });
    run(["update", name, ...lines]);
  }
}

/** Each archive's values from the oldest on, bit for bit. */
function rowBits(path: string): string[][] {
  const opened = openRrd(path, { mode: "read" });
  if (!opened.ok) throw new Error(opened.problems[0]?.message);
  const { archives, dataSources, headerSize } = opened.value.info();
  opened.value.close();
  const bytes = readFileSync(path);
  let start = headerSize;
  return archives.map(({ rows, currentRow }) => {
    const size = dataSources.length * 8;
    const from = start;
    start += rows * size;
    return Array.from({ length: rows }, (_, row) => {
      const at = from + ((currentRow + 1 + row) % rows) * size;
      return bytes.subarray(at, at + size).toString("hex");
    });
  });
}

describeWithRrdtool("create --source and --template make what rrdtool makes", () => {
  beforeAll(makeSources);

  test.each(cases)("create %s", (line) => {
    const words = line.split(" ");
    const [ours, theirs] = [join(dir, "ours.rrd"), join(dir, "theirs.rrd")];
    for (const path of [ours, theirs]) rmSync(path, { force: true });
    const answer = rrdtool(["create", "theirs.rrd", ...words], { cwd: dir });
    const made = createFromArguments(ours, words, {
      now: Date.now() / 1000,
      // Its hash decides when seasons are smoothed.
      name: "theirs.rrd",
      resolve: (name) => join(dir, name),
    });
    expect(made.ok ? "" : `ERROR: ${made.problems[0]?.message}`).toBe(answer.error);
    if (!made.ok) return;
    expect(rrdtool(["dump", "ours.rrd"], { cwd: dir }).stdout).toBe(
      rrdtool(["dump", "theirs.rrd"], { cwd: dir }).stdout,
    );
    expect(rowBits(ours)).toEqual(rowBits(theirs));
  });

  test("a file may be its own source: it is replaced by what was made of it", () => {
    const line = "-t r1.rrd -r r1.rrd";
    for (const name of ["itself.rrd", "copy.rrd"])
      expect(rrdtool(["create", name, ...line.split(" ")], { cwd: dir }).status).toBe(0);
    const words = (name: string) => ["-t", name, "-r", name, "RRA:AVERAGE:0.5:6:9"];
    const path = join(dir, "itself.rrd");
    const options = { now: 2e9, name: "itself.rrd", resolve: (name: string) => join(dir, name) };
    expect(createFromArguments(path, words("itself.rrd"), options).ok).toBe(true);
    expect(rrdtool(["create", "copy.rrd", ...words("copy.rrd")], { cwd: dir }).status).toBe(0);
    expect(rowBits(path)).toEqual(rowBits(join(dir, "copy.rrd")));
  });

  test("what rrdtool does to seconds and forecasts, and we after it, is warned of", () => {
    rrdtool(["create", "second.rrd", "-s", "1", "DS:a:GAUGE:9:U:U", "RRA:AVERAGE:0:1:100"], { cwd: dir });
    const options = { now: 2e9, name: "warned.rrd", resolve: (name: string) => join(dir, name) };
    const warned = (line: string) => {
      const made = createFromArguments(join(dir, "warned.rrd"), line.split(" "), options);
      return made.ok ? made.warnings.map(({ message }) => message) : made.problems;
    };
    expect(warned("-s 10 -r second.rrd DS:a:GAUGE:9:U:U RRA:AVERAGE:0:1:9")).toEqual([
      "of rows of one second, longer rows take only the first that is known, as with rrdtool",
    ]);
    expect(warned("-s 10 -r r1.rrd DS:a:GAUGE:9:U:U RRA:HWPREDICT:20:0.1:0.0035:5")).toEqual([
      "no source has HWPREDICT rows of 10 s: averages stand there, as with rrdtool",
    ]);
    expect(warned("-t r3.rrd -r r3.rrd")).toEqual([]);
  });
});
