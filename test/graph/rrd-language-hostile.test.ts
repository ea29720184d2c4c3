import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { EpochSeconds } from "../../src/base/index.ts";
import { rrdGraph, rrdXport } from "../../src/graph/index.ts";
import { createRrd, openRrd } from "../../src/rrd/index.ts";

const NOW = 1_600_000_000;
let folder = "";
const options = {
  now: NOW as EpochSeconds,
  timeZone: "UTC",
  get cwd() {
    return folder;
  },
};

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "procblock-hostile-"));
  const path = join(folder, "a.rrd");
  const made = createRrd(path, {
    step: 60,
    start: NOW - 6000,
    dataSources: [{ name: "x", type: "GAUGE", heartbeat: 120 }],
    archives: [{ cf: "AVERAGE", xff: 0.5, pdpPerRow: 1, rows: 200 }],
  });
  if (!made.ok) throw new Error(made.problems[0]?.message);
  const file = openRrd(path, { mode: "write", farthestAhead: Number.POSITIVE_INFINITY });
  if (!file.ok) throw new Error(file.problems[0]?.message);
  for (let time = NOW - 5940; time <= NOW; time += 60) file.value.update(time, [Math.sin(time / 500) * 1e6]);
  file.value.close();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

const words = [
  "DEF:a=a.rrd:x:AVERAGE",
  "DEF:b=a.rrd:x:MAX:step=120:reduce=MIN",
  "CDEF:c=a,b,+",
  "CDEF:d=a,600,TREND,PREV(c),-",
  "VDEF:v=a,95,PERCENT",
  "LINE2:a#ff0000:a\\: b",
  "AREA:c#00ff00#0000ff:g:STACK:gradheight=-20",
  "AREA:d#00ff0080::skipscale",
  "STACK:a#123456",
  "TICK:c#ff000080:-0.3:t",
  "HRULE:v#00f:r:dashes=3,2,1",
  "VRULE:1599999000#ff0000:r",
  "GPRINT:v:%5.1lf %s\\l",
  "GPRINT:a:MAX:%le\\j",
  "PRINT:v:%c:strftime",
  "COMMENT:\\u",
  "COMMENT:x\\g",
  "TEXTALIGN:justified",
  "SHIFT:a:-600",
  "SHIFT:b:v",
  "CDEF:p=600,-3,600,a,PREDICT",
  "XPORT:a:x",
  "-w",
  "-h",
  "300",
  "57",
  "-s",
  "end-1h",
  "-e",
  "now",
  "-o",
  "-r",
  "-A",
  "-l",
  "-1e308",
  "-u",
  "1e308",
  "-x",
  "HOUR:1:DAY:1:HOUR:2:3600:%H",
  "-y",
  "1e-300:1",
  "-X",
  "-400",
  "-m",
  "2",
  "--right-axis",
  "1e300:-1e300",
  "--right-axis-format",
  "%5.1lf",
  "-D",
  "-j",
  "-g",
  "-E",
  "-t",
  "-b",
  "1024",
  "-P",
  "-T",
  "-F",
  "--left-axis-formatter",
  "duration",
];
const junk = [
  "",
  ":",
  "::",
  "\u0000",
  "#",
  "=",
  ",",
  "\\",
  "%",
  "%s%n",
  "1e999",
  "-1",
  "nan",
  "inf",
  "𝒳",
  "\ud800",
  "9".repeat(400),
  "../".repeat(50),
  "<b>&",
  "%1000000lf",
];

test("any words give a picture or a problem, and never an exception", async () => {
  const random = numbers(11);
  const pick = <T>(list: readonly T[]) => list[Math.floor(random() * list.length)] as T;
  const mangle = (word: string) => {
    const at = Math.floor(random() * (word.length + 1));
    const cut = random() < 0.5 ? at : at + Math.floor(random() * 4);
    return word.slice(0, at) + (random() < 0.6 ? pick(junk) : "") + word.slice(cut);
  };
  let pictures = 0;
  for (let run = 0; run < 400; run++) {
    const args = [
      "-",
      ...words.slice(0, 1 + Math.floor(random() * 3)),
      ...Array.from({ length: Math.floor(random() * 9) }, () => pick(words)),
    ];
    const bad = args.map((word) => (random() < 0.06 ? mangle(word) : word));
    const graph = await rrdGraph([...bad, "-w", "60", "-h", "40"], options);
    if (graph.ok) pictures++;
    else expect(graph.problems[0]?.message).not.toBe("");
    const xport = await rrdXport(bad.slice(1), options);
    expect(typeof xport.ok).toBe("boolean");
  }
  expect(pictures).toBeGreaterThan(20);
}, 20_000);

test.each([
  [["-w", "20000"], "width above 10000 pixels"],
  [["-h", "10001"], "height above 10000 pixels"],
  [["-w", "9000", "-h", "9000"], "a picture of 9000x9000 at zoom 1 has more than 16000000 pixels"],
  [["-m", "1e9"], "a picture of 400x100 at zoom 1000000000 has more than 16000000 pixels"],
  [["-a", "PDF"], "--imgformat PDF is not supported: PNG and SVG are, and xport gives the values"],
  [["-d", "unix:/x"], "--daemon is not supported: flush the files first"],
  [["-R", "mono"], "--font-render-mode mono is not supported"],
  [["--legend-position", "west"], "--legend-position west is not supported: north and south are"],
  [
    ["--week-fmt", "%V"],
    "--week-fmt is not supported: no axis counts weeks by itself; --x-grid has formats of its own",
  ],
  [
    ["DEF:a=a.rrd:x:AVERAGE:daemon=x"],
    "daemon= is not supported: flush the file first (in DEF:a=a.rrd:x:AVERAGE:daemon=x)",
  ],
  [["DEF:a=a.rrd:x:AVERAGE", "PRINT:a:MAX:%9999lf"], "the format '%9999lf' asks for more than 1000 digits"],
  [["DEF:a=a.rrd:x:AVERAGE", "LINE1:a#ggg"], "'#ggg' is no colour: #RRGGBB and #RRGGBBAA are"],
])("what is too much or not there is refused: %j", async (args, message) => {
  const answer = await rrdGraph(["-", ...args], options);
  expect(answer.ok ? "" : answer.problems[0]?.message).toBe(message);
});

test("windows over many rows are refused before they take minutes", async () => {
  const define = ["DEF:a=a.rrd:x:AVERAGE:step=9480", "DEF:b=a.rrd:x:AVERAGE:step=9540", "CDEF:c=a,b,ADDNAN"];
  const args = ["-w", "10000", "-s", "now-3y", ...define, "CDEF:d=c,1e7,TREND", "LINE1:d"];
  const answer = await rrdGraph(["-", ...args], options);
  expect(answer.ok ? "" : answer.problems[0]?.message).toContain("too large for so many rows");
});

test("a format of any length is judged at once", async () => {
  const args = ["DEF:a=a.rrd:x:AVERAGE", `GPRINT:a:MAX:${"x".repeat(5000)}`, "--imginfo", "y".repeat(5000)];
  const answer = await rrdGraph(["-", ...args], options);
  expect(answer.ok ? "" : answer.problems[0]?.message).toContain("invalid format string");
});

test("definitions alone make no picture, and an empty name only computes", async () => {
  const define = "DEF:a=a.rrd:x:AVERAGE";
  const none = await rrdGraph(["p.png", "-s", "end-1h", define], options);
  expect(none.ok && [none.value.text, none.value.bytes]).toEqual(["", undefined]);
  const printed = await rrdGraph(["", "-s", "end-1h", define, "LINE1:a", "PRINT:a:MAX:%.0lf"], options);
  expect(printed.ok && printed.value.bytes).toBe(undefined);
  expect(printed.ok && printed.value.text).toMatch(/^0x0\n\d+\n$/);
});

test("an SVG of the same command holds its texts", async () => {
  const args = [
    "x.svg",
    "-a",
    "SVG",
    "-s",
    "end-1h",
    "-t",
    "Über <alles>",
    "DEF:a=a.rrd:x:AVERAGE",
    "LINE1:a#ff0000:a & b",
    "GPRINT:a:MAX:%6.1lf %s\\r",
  ];
  const answer = await rrdGraph(args, options);
  const svg = answer.ok ? new TextDecoder().decode(answer.value.bytes) : "";
  expect(answer.ok && answer.value.mime).toBe("image/svg+xml");
  expect(svg).toContain("Über &lt;alles&gt;");
  expect(svg).toContain(">a &amp; b</text>");
});

test("what cannot be drawn as asked is said in a warning", async () => {
  const answer = await rrdGraph(
    ["-", "-n", "TITLE:12:Times", "-P", "COMMENT:<b>x</b>", "HRULE:1#ff0000"],
    options,
  );
  expect(answer.ok && answer.warnings.map(({ message }) => message)).toEqual([
    "of --font only the size is used: pictures have one font",
    "of --pango-markup only the text is drawn",
  ]);
});
