import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { verbUsage } from "../../src/cli/commands/rrd/usage.ts";
import { procblock } from "./in-process.ts";

/** Every option that rrdtool 1.7.2's manual has for `graph`, each with a value if it takes one. */
const graphOptions: readonly string[][] = [
  ["--start", "-1h"],
  ["--end", "now"],
  ["--step", "60"],
  ["--title", "x"],
  ["--vertical-label", "x"],
  ["--width", "100"],
  ["--height", "50"],
  ["--only-graph"],
  ["--full-size-mode"],
  ["--upper-limit", "5"],
  ["--lower-limit", "1"],
  ["--rigid"],
  ["--allow-shrink"],
  ["--alt-autoscale"],
  ["--alt-autoscale-min"],
  ["--alt-autoscale-max"],
  ["--no-gridfit"],
  ["--x-grid", "none"],
  ["--week-fmt", "%V"],
  ["--y-grid", "none"],
  ["--left-axis-formatter", "numeric"],
  ["--left-axis-format", "%lf"],
  ["--alt-y-grid"],
  ["--logarithmic"],
  ["--units-exponent", "3"],
  ["--units-length", "5"],
  ["--units", "si"],
  ["--right-axis", "1:0"],
  ["--right-axis-label", "x"],
  ["--right-axis-formatter", "numeric"],
  ["--right-axis-format", "%lf"],
  ["--no-legend"],
  ["--force-rules-legend"],
  ["--legend-position", "north"],
  ["--legend-position", "west"],
  ["--legend-direction", "bottomup"],
  ["--legend-direction", "bottomup2"],
  ["--lazy"],
  ["--imginfo", "%s %lu %lu"],
  ["--color", "BACK#ffffff"],
  ["--grid-dash", "1:2"],
  ["--border", "1"],
  ["--dynamic-labels"],
  ["--zoom", "2"],
  ["--font", "TITLE:12"],
  ["--font", "TITLE:12:Times"],
  ["--font-render-mode", "light"],
  ["--font-render-mode", "mono"],
  ["--font-smoothing-threshold", "10"],
  ["--pango-markup"],
  ["--graph-render-mode", "normal"],
  ["--graph-render-mode", "mono"],
  ["--slope-mode"],
  ...["PNG", "SVG", "EPS", "PDF", "XML", "XMLENUM", "JSON", "JSONTIME", "CSV", "TSV", "SSV"].map((format) => [
    "--imgformat",
    format,
  ]),
  ["--interlaced"],
  ["--tabwidth", "40"],
  ["--base", "1024"],
  ["--watermark", "x"],
  ["--use-nan-for-all-missing-data"],
  ["--disable-rrdtool-tag"],
];

const refused = [
  "--week-fmt %V",
  "--legend-position west",
  "--font-render-mode mono",
  "--font-smoothing-threshold 10",
  "--graph-render-mode mono",
  ...["EPS", "PDF", "XML", "XMLENUM", "JSON", "JSONTIME", "CSV", "TSV", "SSV"].map(
    (name) => `--imgformat ${name}`,
  ),
];

const lessDone: Readonly<Record<string, string>> = {
  "--legend-direction bottomup2": "--legend-direction bottomup2 is as bottomup",
  "--font TITLE:12:Times": "of --font only the size is used: pictures have one font",
  "--pango-markup": "of --pango-markup only the text is drawn",
};

let dir: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), "rrd-help-"));
});
afterAll(() => rmSync(dir, { recursive: true }));

test.each(graphOptions)("graph %s %s is done, told to be done by half, or refused", async (...option) => {
  const text = option.join(" ");
  const { code, stderr } = await procblock(["rrd", "graph", "x.png", ...option, "COMMENT:x"], { cwd: dir });
  if (refused.includes(text)) {
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: expect.stringMatching(/^ERROR: --[a-z-]+( \w+)? is not supported/) as string,
    });
    return;
  }
  const note = lessDone[text];
  expect({ code, stderr }).toEqual({ code: 0, stderr: note === undefined ? "" : `warning: ${note}\n` });
});

test("the help of graph and graphv has every option, and every element", async () => {
  for (const verb of ["graph", "graphv"]) {
    const { code, stdout } = await procblock(["rrd", "help", verb]);
    expect(code).toBe(0);
    const words = stdout.split(/[\s,;|:=[\]()]+/);
    for (const [option = ""] of [...graphOptions, ["--daemon"]]) expect(words).toContain(option);
    const elements = "DEF CDEF VDEF SHIFT LINE AREA TICK HRULE VRULE PRINT GPRINT COMMENT TEXTALIGN STACK";
    for (const element of elements.split(" ")) expect(words).toContain(element);
  }
});

test("the help of xport has every option, and every element", async () => {
  const { stdout } = await procblock(["rrd", "help", "xport"]);
  const words = stdout.split(/[\s,;|:=[\]()]+/);
  const options = "--start --end --maxrows --step --json --showtime --enumds --daemon";
  for (const option of options.split(" ")) expect(words).toContain(option);
  for (const element of "DEF CDEF VDEF XPORT PRINT GPRINT".split(" ")) expect(words).toContain(element);
});

test.each(Object.keys(verbUsage))("the help of %s is no wider than a terminal is apt to be", async (verb) => {
  const told = await procblock(["rrd", verb, "--help"]);
  const [, ...below] = told.stdout.split("\n");
  expect(below.filter((line) => line.length > 110)).toEqual([]);
  expect(told).toMatchObject({ code: 0, stderr: "" });
});
