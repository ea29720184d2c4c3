import { createHash } from "node:crypto";
import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { describeWithRrdtool, rrdtool } from "../oracle.ts";
import { procblock } from "./in-process.ts";
import { changes, questions } from "./rrd-table.ts";

let dir: string;
let count = 0;
const zone = process.env.TZ;

beforeAll(() => {
  process.env.TZ = "UTC";
  dir = mkdtempSync(join(tmpdir(), "procblock-rrd-"));
});
afterAll(() => {
  if (zone === undefined) delete process.env.TZ;
  else process.env.TZ = zone;
  rmSync(dir, { recursive: true });
});

/** A folder with one file of each sort, made by rrdtool. */
function makeFiles(folder: string): void {
  mkdirSync(join(folder, "folder/inner"), { recursive: true });
  const run = (line: string) => {
    const { status, error } = rrdtool(line.split(" "), { cwd: folder });
    if (status !== 0) throw new Error(`${line}: ${error}`);
  };
  const begin = "-b 1000000000 -s 10";
  const forecast =
    "RRA:HWPREDICT:4:0.1:0.0035:4:3 RRA:SEASONAL:4:0.1:2 RRA:DEVSEASONAL:4:0.1:2 RRA:DEVPREDICT:4:4 RRA:FAILURES:4:7:9:4";
  run(
    `create plain.rrd ${begin} DS:in:GAUGE:60:U:U DS:out:COUNTER:60:0:100 RRA:AVERAGE:0.5:1:5 RRA:MAX:0.5:3:4`,
  );
  run(`create slow.rrd ${begin} DS:x:GAUGE:6000:U:U RRA:AVERAGE:0.5:3:4 RRA:LAST:0.5:2:3`);
  run(
    `create computed.rrd ${begin} DS:a:GAUGE:60:U:U DS:k:COMPUTE:a,2,* DS:c:DERIVE:60:U:U RRA:LAST:0.5:1:4 RRA:MIN:0.5:2:3`,
  );
  run(`create forecast.rrd ${begin} DS:a:GAUGE:60:U:U DS:b:GAUGE:60:U:U RRA:AVERAGE:0.5:1:3 ${forecast}`);
  run(`create multiplied.rrd ${begin} DS:a:GAUGE:60:U:U DS:b:GAUGE:60:U:U RRA:MHWPREDICT:8:0.1:0.0035:4`);
  run(`create newest.rrd ${begin} DS:a:DCOUNTER:60:U:1e6 RRA:AVERAGE:0.5:1:4`);
  run(`create odd.rrd ${begin} DS:a:GAUGE:60:U:U RRA:LAST:0.5:1:7`);
  for (let step = 1; step <= 10; step++) {
    const time = 1000000000 + step * 10;
    run(`update plain.rrd ${time}:${(step * step) % 7}:${step * 13}`);
    run(`update slow.rrd ${time}:${step / 3}`);
    run(`update computed.rrd ${time}:${(step * 5) % 8}:${step * -7}`);
    run(`update forecast.rrd ${time}:${(step * step) % 7}:${step}`);
    run(`update multiplied.rrd ${time}:${1 + ((step * step) % 7)}:${step}`);
    run(`update newest.rrd ${time}:${step * 1.5}`);
  }
  // Ties, signs and the ends of the range: what printf and JavaScript round differently.
  const odd = [
    "0.0000152587890625",
    "-0.0",
    "1e300",
    "-inf",
    "0.00000762939453125",
    "123456789012345678",
    "U<&>",
  ];
  odd.forEach((value, index) => void run(`update odd.rrd ${1000000010 + index * 10}:${value}`));
  for (const name of ["plain", "computed", "forecast", "multiplied", "newest", "odd"])
    run(`dump ${name}.rrd ${name}-dump.xml`);
  writeFileSync(
    join(folder, "xsd-dump.xml"),
    rrdtool(["dump", "-h", "xsd", "plain.rrd"], { cwd: folder }).stdout,
  );
  writeFileSync(
    join(folder, "odd-dump.xml"),
    readFileSync(join(folder, "odd-dump.xml"), "utf8").replace("U<&>", "U&lt;&amp;&#62;"),
  );
  const loose = readFileSync(join(folder, "plain-dump.xml"), "utf8")
    .replaceAll("<min>NaN", "<min>2")
    .replaceAll("<max>NaN", "<max>4");
  writeFileSync(join(folder, "loose.xml"), loose);
  copyFileSync(join(folder, "plain.rrd"), join(folder, "folder/x.rrd"));
  copyFileSync(join(folder, "plain.rrd"), join(folder, "folder/inner/y.rrd"));
  writeFileSync(join(folder, "folder/notes.txt"), "");
}

interface Pair {
  readonly ours: string;
  readonly theirs: string;
}

function pair(from: string): Pair {
  const both = { ours: join(dir, `ours-${++count}`), theirs: join(dir, `theirs-${count}`) };
  cpSync(from, both.ours, { recursive: true });
  cpSync(from, both.theirs, { recursive: true });
  return both;
}

/** What both say, in the same form; our warnings left out. */
async function both(words: readonly string[], { ours, theirs }: Pair) {
  const answer = rrdtool(words, { cwd: theirs });
  const told = await procblock(["rrd", ...words], { cwd: ours });
  const error = told.stderr.replace(/^warning: .*\n/gm, "").trim();
  return {
    ours: { stdout: told.stdout, error, status: told.code as number | null },
    theirs: { stdout: answer.stdout, error: answer.error, status: answer.status },
  };
}

/** Names and what is in them; files that must begin at a random row are compared by what they hold. */
function contents(folder: string): Record<string, string> {
  const files = readdirSync(folder).filter((name) => /\.(rrd|xml)$/.test(name));
  return Object.fromEntries(
    files.sort().map((name) => {
      const path = join(folder, name);
      if (name === "new.rrd" || name === "replaced.rrd") return [name, rrdtool(["dump", path]).stdout];
      return [name, createHash("sha256").update(readFileSync(path)).digest("hex")];
    }),
  );
}

describeWithRrdtool("procblock rrd answers as rrdtool does", () => {
  let template: string;
  beforeAll(() => {
    template = join(dir, "template");
    makeFiles(template);
  });

  test.each(questions)("rrd %s", async (line) => {
    const told = await both(line.split(" "), { ours: template, theirs: template });
    expect(told.ours).toEqual(told.theirs);
  });

  test.each(changes)("rrd %s", async (line) => {
    const folders = pair(template);
    const told = await both(words(line), folders);
    expect(told.ours).toEqual(told.theirs);
    if (/^restore -f/.test(line))
      for (const folder of [folders.ours, folders.theirs]) {
        copyFileSync(join(folder, "plain.rrd"), join(folder, "replaced.rrd"));
        rmSync(join(folder, "plain.rrd"));
      }
    // What rrdtool had begun when it failed it leaves behind.
    if (told.theirs.status !== 0) rmSync(join(folders.theirs, "resize.rrd"), { force: true });
    expect(contents(folders.ours)).toEqual(contents(folders.theirs));
    expect(existsSync(join(folders.ours, "nowhere"))).toBe(false);
  });
});

/** Words with blanks in them are written with a date before a time. */
function words(line: string): string[] {
  return line.replace(/(\d{8}) (\d\d:\d\d@)/, "$1_$2").split(" ");
}
