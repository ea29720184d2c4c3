import { describe, expect, it } from "vitest";
import type { Mapping } from "../../src/base/index.ts";
import { parseGraph, storedFields } from "../../src/graph/index.ts";

const fields = ["in", "out"];

function issues(more: Mapping): string[] {
  const { issues } = parseGraph({ path: "a.png", ...more }, { knownFields: fields });
  return issues.map(({ path, part, message }) => `${path.join(".")} (${part}): ${message}`);
}

function definition(more: Mapping) {
  const { definition, issues } = parseGraph({ path: "a.png", ...more }, { knownFields: fields });
  expect(issues).toEqual([]);
  if (definition === undefined) throw new Error("no definition");
  return definition;
}

describe("what a graph in a block file can have besides plain fields", () => {
  it("takes fields as a mapping, each with a look of its own", () => {
    const read = definition({
      fields: {
        in: { label: "inbound", method: "AREA", color: "336699", width: 2, dashes: true, legend: false },
        out: { negate: true, "down to": "in", trend: true, percentile: 95 },
        other: { from: "../b.rrd#load", cf: "MAX", dashes: [4, 1, 2], draw: false },
        again: { from: "#in" },
      },
    });
    expect(read.fields).toEqual(["in", "out", "other", "again"]);
    expect(read.looks).toEqual({
      in: { label: "inbound", method: "AREA", color: "#336699", width: 2, dashes: [5, 3], legend: false },
      out: { negate: true, downTo: "in", trend: true, percentile: 95 },
      other: {
        from: { file: "../b.rrd", field: "load" },
        cf: "MAX",
        dashes: [4, 1, 2, 4, 1, 2],
        draw: false,
      },
      again: { from: { field: "in" } },
    });
    expect(storedFields(read)).toEqual(["in", "out", "again"]);
  });

  it("takes looks within a list, where the order is plainer", () => {
    const read = definition({ fields: ["out", { in: { label: "inbound" } }] });
    expect(read).toMatchObject({ fields: ["out", "in"], looks: { in: { label: "inbound" } } });
  });

  it("says what is wrong with a look, where it is", () => {
    expect(
      issues({
        fields: {
          in: { lable: "x", width: 0, method: "LINES", dashes: [0] },
          out: { "down to": "inn", color: "nope" },
          wrong: null,
          other: { from: "a#b#c" },
          last: 5,
        },
      }),
    ).toEqual([
      'fields.in.lable (key): unknown key "lable" — did you mean "label"?',
      'fields.in.method (value): "method" must be one of LINE, AREA, STACK, not "LINES" — did you mean "LINE"?',
      'fields.in.width (value): "width" must be from 0.25 to 50, not 0',
      'fields.in.dashes (value): "dashes" must be true, or lengths of dashes and gaps such as [5, 3]',
      'fields.out.color (value): "nope" is no colour: write "#RRGGBB" or a name such as red',
      'fields.other.from (value): "from" must be FILE.rrd#FIELD, not "a#b#c"',
      'fields.last (value): the look of "last" must be a mapping such as {label: inbound}, not a number',
      'fields.wrong (key): unknown field "wrong"',
      'fields.other (key): unknown field "other"',
      'fields.last (key): unknown field "last"',
      'fields.out.down to (value): unknown field "inn" — did you mean "in"?',
    ]);
    expect(issues({ fields: { in: { from: "x.rrd" } } })).toEqual([
      'fields.in (key): "in" is a field of this file; give what comes "from" elsewhere another name',
    ]);
    expect(issues({ fields: { in: { method: "LINE", "down to": "out" } } })).toEqual([
      'fields.in.method (value): "method" of a field with "down to" must be AREA, not LINE',
    ]);
  });

  it.each([
    ["1w", [{ shift: 604_800, label: "1w earlier" }]],
    [
      ["1d", 3600],
      [
        { shift: 86_400, label: "1d earlier" },
        { shift: 3600, label: "3600s earlier" },
      ],
    ],
    [{ "last week": "1w" }, [{ shift: 604_800, label: "last week" }]],
  ])("compares with %j", (compare, expected) => {
    expect(definition({ compare }).compare).toEqual(expected);
  });

  it("refuses what it cannot compare with", () => {
    const message = (shown: string) => `"compare" must be a time such as 1d or 1w, not ${shown}`;
    expect(issues({ compare: "soon" })).toEqual([`compare (value): ${message('"soon"')}`]);
    expect(issues({ compare: { "last week": -5 } })).toEqual([
      `compare.last week (value): ${message('"-5"')}`,
    ]);
  });

  it("refuses to compare with nothing, or twice with the same time", () => {
    const nothing = 'compare (value): "compare" must hold at least one time such as 1d or 1w';
    expect(issues({ compare: {} })).toEqual([nothing]);
    expect(issues({ compare: [] })).toEqual([nothing]);
    expect(issues({ compare: ["1d", "1w", "24h"] })).toEqual([
      'compare.2 (value): "compare" lists "24h" twice',
    ]);
  });

  it("refuses fields that nothing can be drawn of", () => {
    expect(issues({ fields: { in: { "down to": "in" } } })).toEqual([
      'fields.in.down to (value): "in" cannot reach down to itself',
    ]);
    expect(issues({ fields: { again: { from: "#inn" } } })).toEqual([
      'fields.again.from (value): unknown field "inn" — did you mean "in"?',
    ]);
    expect(issues({ fields: { "of the other": { from: "b.rrd" } } })).toEqual([
      'fields.of the other.from (value): "of the other" cannot be a field of an RRD file: say which one of "b.rrd" is meant',
      'fields.of the other (key): unknown field "of the other"',
    ]);
    expect(issues({ fields: { in: { draw: false }, out: { draw: false } } })).toEqual([
      "fields (key): the graph draws nothing: all its fields have draw: false",
    ]);
    expect(issues({ fields: { in: { draw: false } }, forecast: "in" })).toEqual([]);
  });

  it("says of ticks with both kinds that one is too many", () => {
    expect(issues({ ticks: { expression: "in > 5", failures: "out" } })).toEqual([
      'ticks.failures (value): ticks take either "expression" or "failures", not both',
    ]);
  });

  it("refuses a figure in a note whose bracket is not closed", () => {
    expect(issues({ notes: ["peak [max of in", "[time of 95% of in] [min of out"] })).toEqual([
      'notes.0 (value): "[max of in" lacks its closing "]"',
      'notes.1 (value): "[min of out" lacks its closing "]"',
    ]);
    expect(definition({ notes: ["[foo", "[a word about mine]"] }).notes).toHaveLength(2);
  });

  it("says what is no number", () => {
    expect(issues({ "lower limit": Number.NaN, "upper limit": Number.POSITIVE_INFINITY })).toEqual([
      'lower limit (value): "lower limit" must be a number, not .nan',
      'upper limit (value): "upper limit" must be a number, not infinite',
    ]);
  });

  it("reads forecasts from history and from archives", () => {
    const history = { every: 86_400, times: 7, window: 1800 };
    expect(definition({ forecast: "in" }).forecasts).toEqual([
      { of: "in", band: 2, history, label: "expected" },
    ]);
    const given = [
      { of: "in", every: "1w", times: 3, window: "2h", band: 3, label: "usual" },
      { of: "out", from: "archives" },
    ];
    expect(definition({ forecast: given }).forecasts).toEqual([
      { of: "in", band: 3, history: { every: 604_800, times: 3, window: 7200 }, label: "usual" },
      { of: "out", band: 2, label: "expected" },
    ]);
    expect(issues({ forecast: [{ of: "inn" }, { every: "1d" }, 5] })).toEqual([
      'forecast.0.of (value): unknown field "inn" — did you mean "in"?',
      'forecast.1 (key): a forecast needs "of": the stored field',
      'forecast.2 (value): "forecast" must be a stored field or a mapping such as {of: in, every: 1w}, not "5"',
    ]);
    expect(issues({ forecast: { of: "in", from: "archives", every: "1d" } })).toEqual([
      'forecast.every (value): "every" is for a forecast from history, not from archives',
    ]);
    expect(issues({ forecast: { of: "in", every: "1h", window: "2h" } })).toEqual([
      'forecast.window (value): "window" must not be longer than "every"',
    ]);
  });

  it("reads ticks, with a caret where their formula is wrong", () => {
    expect(definition({ ticks: ["in > 5", { failures: "out", fraction: 1 }] }).ticks).toEqual([
      { on: { expression: "in > 5" }, fraction: 0.1 },
      { on: { failures: "out" }, fraction: 1 },
    ]);
    const { issues: found } = parseGraph(
      { path: "a.png", ticks: { expression: "in > > 5", color: "red" } },
      { knownFields: fields },
    );
    expect(found).toEqual([
      {
        path: ["ticks", "expression"],
        part: "value",
        code: "wrong-expression",
        message: 'expected a number, a field or ( … ), found ">" in "ticks"',
        notes: ["in > > 5", "     ^"],
      },
    ]);
    expect(issues({ ticks: "sqr(in)" })).toEqual([
      'ticks (value): unknown function "sqr" in "ticks" — did you mean "sqrt"?',
    ]);
    expect(issues({ ticks: { color: "red" } })).toEqual([
      'ticks (key): ticks need "expression", a formula, or "failures", a stored field',
    ]);
  });

  it("reads notes with figures in brackets; other brackets are text", () => {
    const notes = ["peak [max of in] [sic]", { text: "[time of 95% of out]", align: "right" }];
    expect(definition({ notes }).notes).toEqual([
      { align: "left", parts: ["peak ", { figure: "MAXIMUM", percent: 0, of: "in", time: false }, " [sic]"] },
      { align: "right", parts: [{ figure: "PERCENTNAN", percent: 95, of: "out", time: true }] },
    ]);
    expect(issues({ notes: ["[maxi of in]", "[max of on]", { txt: "x" }] })).toEqual([
      'notes.0 (value): "maxi of in" is no figure — did you mean "max"?',
      'notes.1 (value): unknown field "on" — did you mean "in"?',
      'notes.2.txt (key): unknown key "txt" — did you mean "text"?',
      'notes.2 (key): a note needs "text"',
    ]);
  });

  it("reads rules at figures, and percentiles in the legend", () => {
    const read = definition({
      hrules: ["95% of in", { value: "average of out", label: "usual" }],
      vrules: { time: "max of in" },
      legend: ["TOTAL", "99.9 %"],
      expressions: { "odd name": "in + 1" },
      notes: 'least [min of "odd name"]',
    });
    expect(read.hrules).toEqual([
      { value: { figure: "PERCENTNAN", percent: 95, of: "in" } },
      { value: { figure: "AVERAGE", percent: 0, of: "out" }, label: "usual" },
    ]);
    expect(read.vrules).toEqual([{ time: { figure: "MAXIMUM", percent: 0, of: "in" } }]);
    expect(read.legend).toEqual(["TOTAL", "99.9%"]);
    expect(issues({ hrules: { value: "max of inn" }, vrules: "101% of in" })).toEqual([
      'hrules.value (value): unknown field "inn" — did you mean "in"?',
      'vrules (value): "101% of in" is no figure',
    ]);
  });
});
