import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { unwrap } from "../../src/base/index.ts";
import { nodeStorage, tuneRrd } from "../../src/rrd/index.ts";
import { procblock } from "../cli/in-process.ts";
import { describeWithRrdtool, rrdtool } from "../oracle.ts";
import { FaultyStorage } from "./faulty-storage.ts";

const BEGIN = 1_000_000_080;

/** `long`: the finest archive holds everything; `short`: it does not; `open`: in the midst of a step. */
const files: Readonly<Record<string, string>> = {
  long: "DS:a:GAUGE:60:U:U DS:b:COUNTER:60:0:U RRA:AVERAGE:0.5:1:60 RRA:AVERAGE:0.5:3:25 RRA:MAX:0.3:2:30",
  short: "DS:a:GAUGE:60:U:U DS:b:COUNTER:60:0:U RRA:AVERAGE:0.5:1:10 RRA:AVERAGE:0.5:3:6 RRA:MAX:0.3:2:5",
  computed: "DS:a:GAUGE:60:U:U DS:k:COMPUTE:a,2,* DS:c:GAUGE:60:U:U RRA:AVERAGE:0.5:1:60 RRA:LAST:0.5:4:6",
  forecast: "DS:a:GAUGE:60:U:U DS:b:GAUGE:60:U:U RRA:AVERAGE:0.5:1:20 RRA:HWPREDICT:20:0.1:0.0035:5",
};

/** What stands behind `tune FILE.rrd`; `FILE:` in front. Dumps are equal, and so are errors. */
const cases: readonly string[] = [
  // Rows.
  "long: RRA#0:+3",
  "long: RRA#0:-3 RRA#1:+7 RRA#2:=4",
  "long: RRA#0:=60",
  "long: RRA#1:+0",
  "long: RRA#2:-30",
  "long: RRA#2:=0",
  "long: RRA#2:-31",
  "long: RRA#0:=5 RRA#0:+20",
  "long: RRA#7:+5",
  "short: RRA#0:+3",
  "short: RRA#0:+30",
  "short: RRA#0:-9 RRA#1:+20 RRA#2:+4",
  "short: RRA#2:+4 DEL:a",
  "computed: RRA#0:+4 RRA#1:-3",
  "forecast: RRA#0:+5 RRA#1:+5",
  // Data sources.
  "short: DEL:a",
  "short: DEL:b",
  "short: DEL:b DEL:b",
  "short: DEL:nope",
  "short: DS:c:GAUGE:60:0:7",
  "short: DS:c:ABSOLUTE:1m:U:U DS:d:DERIVE:600:-5:U",
  "short: DEL:a DS:a:COUNTER:60:U:U",
  "short: DS:c=a:GAUGE:60:U:U",
  "computed: DS:d:COMPUTE:a,c,+",
  "computed: DEL:k",
  "computed: DEL:c DS:k2:COMPUTE:k,1,+",
  "forecast: DEL:a",
  "forecast: DS:c:GAUGE:60:U:U DEL:b",
  // Archives; removed ones only at the end: see below.
  "long: DELRRA:2",
  "long: DELRRA:2 DELRRA:1",
  "long: DELRRA:2 RRA#2:+1 RRA#0:+1",
  "long: DELRRA:9",
  "forecast: DELRRA:5",
  "long: RRA:AVERAGE:0.5:2:12 DELRRA:2 DEL:a DS:c:GAUGE:60:U:U",
  "computed: RRA:AVERAGE:0.5:5:9",
  // With options in place.
  "short: -r a:z DEL:a",
  "short: -r a:z DEL:z",
  "short: -h b:600 -i a:3 RRA#0:+1",
  "short: DEL:b -d a:COUNTER -a a:9",
  // A step that does not fit; what is not read at all.
  "short: --step 20 DEL:a",
  "short: --step 7 DS:x",
  "short: --step 20 foo",
  "short: -h b:600 RRA#0:x",
  "short: -h b:600 DS:b:GAUGE:60:U:U",
  "short: DS:c:GAUGE:60:U:U DS:c:GAUGE:60:U:U",
  "short: RRA:AVERAGE:2:1:1",
  "short: RRA:x DS:a",
  "short: DS:a RRA:x",
  "short: RRA:AVERAGE:0.5:0:5",
  "short: RRA#0:3",
  "short: RRA#0:+x",
  "short: RRA#0:+",
  "short: RRA#x:+3",
  "short: RRA#0",
  "short: RRA#",
  "short: RRA#0:x foo",
  "short: foo RRA#0:x",
  "short: DS:",
  "short: DEL:",
  "short: DEL:a DELRRA:",
  "short: RRA:",
  "short: DELRRA:-1",
  "short: DEL:a more",
];

let dir: string;
const zone = process.env.TZ;
beforeAll(() => {
  process.env.TZ = "UTC";
  dir = mkdtempSync(join(tmpdir(), "rrd-reshape-"));
});
afterAll(() => {
  if (zone === undefined) delete process.env.TZ;
  else process.env.TZ = zone;
  rmSync(dir, { recursive: true });
});

function run(...words: string[]): string {
  const { status, error, stdout } = rrdtool(words, { cwd: dir });
  if (status !== 0) throw new Error(`${words.join(" ")}: ${error}`);
  return stdout;
}

/** Updates at uneven times, now and then unknown if `gaps` says so. */
function updates(types: number, from: number, to: number, gaps: "gaps" | "no gaps" = "gaps"): string[] {
  return Array.from({ length: to - from }, (_, at) => {
    const k = from + at;
    const readings = Array.from({ length: types }, (_, column) =>
      gaps === "gaps" && (k + column * 3) % 11 === 7 ? "U" : String(column === 1 ? k * 37 : (k * k * 3) % 97),
    );
    return `${BEGIN + k * 10 + (k % 4) * 2}:${readings.join(":")}`;
  });
}

function make(name: string, file: string): void {
  run("create", name, "-b", String(BEGIN), "-s", "10", ...(files[file] ?? "").split(" "));
  run("update", name, ...updates(2, 1, 48));
}

function fresh(name: string, file: string): string {
  const path = join(dir, name);
  // A file begins at a random row; its copies begin where it does.
  const made = join(dir, `${file}.rrd`);
  if (!existsSync(made)) make(`${file}.rrd`, file);
  copyFileSync(made, path);
  return path;
}

const options = { durable: false, name: "theirs.rrd" };

function errorOf(path: string, words: readonly string[]): string {
  const tuned = tuneRrd(path, words, options);
  return tuned.ok ? "" : `ERROR: ${tuned.problems[0]?.message}`;
}

describeWithRrdtool("tune that writes the file anew, next to rrdtool", () => {
  test.each(cases)("%s", (line) => {
    const [file = "", ...words] = line.split(/:? /);
    const ours = fresh("ours.rrd", file);
    fresh("theirs.rrd", file);
    const answer = rrdtool(["tune", "theirs.rrd", ...words], { cwd: dir });
    expect(errorOf(ours, words).trim()).toBe(answer.error);
    // Of a new archive rrdtool tells last points that belong to another one; the next update replaces them.
    const dump = (name: string) => {
      const text = run("dump", name);
      return line.includes(" RRA:") ? text.replaceAll(/<primary_value>.*\n/g, "") : text;
    };
    expect(dump("ours.rrd")).toBe(dump("theirs.rrd"));
    const fetch = (name: string) => run("fetch", name, "AVERAGE", "-s", String(BEGIN), "-e", "start+480");
    expect(fetch("ours.rrd")).toBe(fetch("theirs.rrd"));
    const info = (name: string) =>
      run("info", name)
        .replaceAll(/filename.*|rra\[\d+\]\.cur_row.*/g, "")
        .replaceAll(line.includes(" RRA:") ? /.*\.cdp_prep.*/g : /^$/g, "");
    expect(info("ours.rrd")).toBe(info("theirs.rrd"));
  });

  // rrdtool 1.7.2 reads the rows of the archives that stand behind from the wrong place.
  test.each([["DELRRA:0"], ["DELRRA:1"], ["RRA#0:=0"], ["RRA#1:-100"], ["DELRRA:0", "DELRRA:1"]])(
    "%j in front of others leaves these as they are",
    (...words) => {
      const path = fresh("ours.rrd", "short");
      const before = run("dump", "ours.rrd").split(/(?=\t<rra>)/);
      const gone = words.map((word) => 1 + Number(/\d+/.exec(word)?.[0]));
      unwrap(tuneRrd(path, words, options));
      const expected = before.filter((_, at) => !gone.includes(at)).join("");
      expect(run("dump", "ours.rrd")).toBe(expected);
    },
  );

  // Its tune takes the newest rows where it reaches back behind the oldest one, and does not fill gaps; its create does.
  test.each([
    ["short", "RRA:AVERAGE:0.5:1m:10m"],
    ["short", "RRA:MAX:0.5:4:5", "RRA:LAST:0.1:3:9"],
    ["short", "RRA:MIN:0:2:40"],
    ["long", "RRA:AVERAGE:0.5:2:12"],
    ["long", "RRA:MAX:0.5:4:9", "RRA:LAST:0.2:5:7", "RRA:MIN:0:6:4"],
    ["computed", "RRA:AVERAGE:0.5:1m:10m"],
  ])("to %s: new archives %s %s %s hold what a file made with --source holds", (file, ...words) => {
    const path = fresh("ours.rrd", file);
    fresh("theirs.rrd", file);
    run("create", "theirs.rrd", "-t", "theirs.rrd", "-r", "theirs.rrd", ...words);
    unwrap(tuneRrd(path, words, options));
    const added = (name: string) => run("dump", name).split("<rra>").slice(-words.length);
    expect(added("ours.rrd")).toEqual(added("theirs.rrd"));
  });

  test.each([
    ["--step", "5"],
    ["--step", "2", "DEL:b"],
    ["-t", "1", "RRA#0:+3"],
    ["--step", "5", "RRA#9:+1"],
  ])("%j %s makes the step finer: averages are the same as before, and go on to be", (...words) => {
    const path = fresh("ours.rrd", "short");
    fresh("theirs.rrd", "short");
    unwrap(tuneRrd(path, words, options));
    const others = words.slice(2);
    if (others.length > 0) run("tune", "theirs.rrd", ...others);
    const columns = words.includes("DEL:b") ? 1 : 2;
    for (const name of ["ours.rrd", "theirs.rrd"])
      run("update", name, ...updates(columns, 48, 60, "no gaps"));
    expect(run("info", "ours.rrd")).toMatch(new RegExp(`^step = ${words[1]}$`, "m"));
    const rows = (name: string) =>
      run("dump", name)
        .split("<rra>")
        .filter((text) => text.includes("<cf>AVERAGE"))
        .flatMap((text) => text.match(/<!-- \d+ seconds -->|<row>.*/g) ?? []);
    expect(rows("ours.rrd")).toEqual(rows("theirs.rrd"));
  });

  test("forecasts that are added know as much as in a file that is new", () => {
    const path = fresh("ours.rrd", "long");
    const words = ["RRA:HWPREDICT:20:0.1:0.0035:5"];
    unwrap(tuneRrd(path, words, options));
    const start = run("last", "ours.rrd").trim();
    run("create", "theirs.rrd", "-s", "10", "-b", start, "-t", "long.rrd", ...words);
    const added = (name: string) => run("dump", name).split("<rra>").slice(-5);
    expect(added("ours.rrd").map((text) => /<cf>(\w+)/.exec(text)?.[1])).toEqual([
      "HWPREDICT",
      "SEASONAL",
      "DEVSEASONAL",
      "DEVPREDICT",
      "FAILURES",
    ]);
    expect(added("ours.rrd")).toEqual(added("theirs.rrd"));
  });

  test.each([
    [["DEL:a"], "computed", "data source 'a' cannot be removed: 'k' is computed from it"],
    [["DEL:a", "DEL:b"], "short", "you must define at least one Data Source"],
    [["DELRRA:0", "RRA#1:=0", "DELRRA:2"], "short", "you must define at least one Round Robin Archive"],
    [["DELRRA:2"], "forecast", "archive 2 cannot be removed alone: archive 1 needs it"],
    [["DS:x:GAUGE:60"], "short", "failed to parse data source 60: missing separator"],
    [["DS:x:FOO:60:U:U"], "short", "invalid DS type specified (FOO)"],
    [["DS:x:COMPUTE:nope,1,+"], "short", "failed to parse computed data source"],
    [["DELRRA:x"], "short", "DELRRA requires a non-negative, integer argument"],
    [["DELRRA:0x"], "short", "DELRRA requires a non-negative, integer argument"],
    [["RRA#0:+1m"], "short", "Failed to parse RRA# command"],
    [["--step", "1m"], "short", "step must be a whole number of seconds, not '1m'"],
    [["--step", "0", "DEL:a"], "short", "step must be a whole number of seconds, not '0'"],
    [
      ["--step", "5"],
      "forecast",
      "the step of a file with forecasts cannot be changed: they fit one step only",
    ],
    [["RRA#0:+1000000000"], "short", `"PATH" would take 14.9 GiB; at most 1 GiB are allowed`],
  ])("%j is refused, where rrdtool spoils the file or takes something else", (words, file, message) => {
    const path = fresh("ours.rrd", file);
    const before = readFileSync(path);
    expect(errorOf(path, words)).toBe(`ERROR: ${message.replace("PATH", path)}`);
    expect(readFileSync(path).equals(before)).toBe(true);
  });

  test("what asks for nothing is told, and a link goes on to name the file", async () => {
    fresh("ours.rrd", "short");
    mkdirSync(join(dir, "links"), { recursive: true });
    symlinkSync(join(dir, "ours.rrd"), join(dir, "links/link.rrd"));
    const words = ["rrd", "tune", "links/link.rrd", "DEL:nope", "RRA#8:+1", "RRA#0:=2", "RRA#0:=3"];
    expect(await procblock(words, { cwd: dir })).toMatchObject({
      code: 0,
      stdout: "",
      stderr:
        'warning: there is no data source "nope" to remove\nwarning: there is no archive 8: the file has 0 to 2\n' +
        "warning: of several RRA#0 the first counts\n",
    });
    expect(run("info", "ours.rrd")).toMatch(/^rra\[0\]\.rows = 2$/m);
    expect(readdirSync(dir).filter((name) => name.startsWith("ours.rrd") || name.startsWith("."))).toEqual([
      "ours.rrd",
    ]);
  });

  test.each(["once", "forever"] as const)(
    "a call that fails %s leaves the old file or the new one",
    (lasting) => {
      const calls = [
        "open",
        "createBeside",
        "rename",
        "unlink",
        "stat",
        "syncDirectory",
        "read",
        "write",
      ] as const;
      const words = ["DEL:a", "DS:c:GAUGE:60:U:U", "RRA#0:+2", "RRA:MAX:0.5:2:9"];
      const old = readFileSync(fresh("ours.rrd", "short"));
      unwrap(tuneRrd(join(dir, "ours.rrd"), words, options));
      const whole = readFileSync(join(dir, "ours.rrd"));
      let nth = 0;
      for (let over = false; !over; ) {
        const path = fresh("ours.rrd", "short");
        const storage = new FaultyStorage(nodeStorage, {
          calls: [...calls, "sync", "status", "setMode", "close"],
          nth: ++nth,
          lasting,
          kind: { error: "ENOSPC" },
        });
        const tuned = tuneRrd(path, words, { storage, name: "theirs.rrd" });
        expect(readFileSync(path).equals(tuned.ok ? whole : old)).toBe(true);
        over = storage.count < nth;
        for (const name of readdirSync(dir)) if (/^ours\.rrd./.test(name)) rmSync(join(dir, name));
      }
      expect(nth).toBeGreaterThan(15);
    },
  );
});
