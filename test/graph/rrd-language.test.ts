import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { EpochSeconds } from "../../src/base/index.ts";
import { rrdGraph, rrdXport } from "../../src/graph/index.ts";
import { describeWithRrdtool, rrdtool } from "../oracle.ts";
import { commands, details } from "./corpus/commands.ts";
import { exports } from "./corpus/exports.ts";
import { makeCorpusFiles, NOW } from "./corpus/files.ts";
import { systems } from "./corpus/systems.ts";

let folder = "";
const options = {
  now: NOW as EpochSeconds,
  timeZone: "UTC",
  get cwd() {
    return folder;
  },
};

async function ours(args: readonly string[]) {
  const answer = await rrdGraph(["-", ...args], options);
  if (!answer.ok) throw new Error(answer.problems.map(({ message }) => message).join("; "));
  return answer.value;
}

/** `print[n]` and `legend[n]` lines; the picture that follows them is left out. */
function said(info: string): string[] {
  return info.split("\n").filter((line) => /^(?:print|legend)\[\d+\] = /.test(line));
}

describeWithRrdtool("graph command lines say what rrdtool says", () => {
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "procblock-corpus-"));
    makeCorpusFiles(folder);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test.each([...commands, ...details, ...systems])("$title", async ({ args }) => {
    const theirs = rrdtool(["graphv", "-", ...args], { cwd: folder });
    expect(theirs.error).toBe("");
    const { info, bytes } = await ours(args);
    expect(said(info.map(([key, value]) => `${key} = ${value}`).join("\n"))).toEqual(said(theirs.stdout));
    expect(Buffer.from(bytes ?? []).toString("latin1", 1, 4)).toBe("PNG");
  });

  test.each(exports.map((args) => ({ title: args.join(" "), args })))("xport $title", async ({ args }) => {
    const theirs = rrdtool(["xport", ...args], { cwd: folder });
    expect(theirs.error).toBe("");
    const answer = await rrdXport(args, options);
    expect(answer.ok ? answer.value.text : answer.problems).toBe(theirs.stdout);
  });

  test.each([
    [[]],
    [["DEF:a=traffic.rrd"]],
    [["DEF:a=traffic.rrd:in"]],
    [["DEF:a=traffic.rrd:in:FOO"]],
    [["DEF:a=traffic.rrd:none:AVERAGE", "LINE1:a"]],
    [["DEF:a=traffic.rrd:in:AVERAGE:step=x"]],
    [["DEF:a=traffic.rrd:in:AVERAGE:what=1"]],
    [["foo"]],
    [["LINE:a"]],
    [["LINEx:1"]],
    [["CDEF:x="]],
    [["CDEF:x=b"]],
    [["VDEF:x=b"]],
    [["COMMENT"]],
    [["COMMENT:a:b"]],
    [["TEXTALIGN:foo"]],
    [["SHIFT:a:5"]],
    [["STACK:5#ff0000"]],
    [["HRULE:x"]],
    [["-w", "9"]],
    [["-h", "x"]],
    [["-l", "x"]],
    [["-s", "foo"]],
    [["-b", "500"]],
    [["-x", "FOO"]],
    [["-x", "HOUR:1:HOUR:2:FOO:4:0:%H"]],
    [["-y", "5"]],
    [["-c", "FOO#ff0000"]],
    [["-c", "BACK#ff"]],
    [["-c", "BACKff"]],
    [["-n", "FOO:8:x"]],
    [["-n", "TITLE"]],
    [["-R", "foo"]],
    [["-a", "FOO"]],
    [["-m", "0"]],
    [["--legend-position=foo"]],
    [["--right-axis", "1"]],
    [["--right-axis", "0:0"]],
    [["--right-axis-formatter", "foo"]],
    [["--left-axis-format", "%d"]],
    [["--grid-dash", "x"]],
    [["--nope"]],
    [["-Q"]],
    [["--units=foo"]],
    [["--imginfo", "%s"]],
    ...["a,+", "a,a", "1,2,+", "a,foo,+", "a,1,FOO", "a,1,+,900,TREND"].map((rpn) => [
      ["DEF:a=traffic.rrd:in:AVERAGE", `CDEF:x=${rpn}`, "LINE1:a"],
    ]),
    ...[
      "a,FOO",
      "a,95",
      "a,PERCENT",
      "a,101,PERCENT",
      "MAXIMUM",
      "a,1,MAXIMUM",
      "a,maximum",
      "q,AVERAGE",
    ].map((vdef) => [["DEF:a=traffic.rrd:in:AVERAGE", `VDEF:x=${vdef}`, "LINE1:a"]]),
    ...[
      "LINE1:a#ff0000:leg:FOO",
      "PRINT:a:%lf",
      "PRINT:a:AVERAGE",
      "PRINT:a:FOO:%lf",
      "PRINT:a:MAX:%d",
      "PRINT:a:MAX:%lf %lf",
      "SHIFT:a:x",
      "SHIFT:a",
      "SHIFT:q:1",
      "LINE2:a:x:dashes=",
      "COMMENT:x\\J",
      "HRULE:a#ff0000:l",
      "GPRINT:q:MAX:%lf",
    ].map((element) => [["DEF:a=traffic.rrd:in:AVERAGE", "LINE1:a", element]]),
  ])("a wrong command line is refused with rrdtool's words: %j", async (args) => {
    const given = ["-s", String(NOW - 86_400), "-e", String(NOW), ...args];
    const theirs = rrdtool(["graph", "-", ...given], { cwd: folder });
    const answer = await rrdGraph(["-", ...given], options);
    if (theirs.status === 0) expect(answer.ok).toBe(true);
    else expect(answer.ok ? "" : `ERROR: ${answer.problems[0]?.message}`.trim()).toBe(theirs.error);
  });
});
