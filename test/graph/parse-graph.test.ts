import { describe, expect, it } from "vitest";
import type { Mapping } from "../../src/base/index.ts";
import { graphPath, parseGraph } from "../../src/graph/index.ts";

const blog: Mapping = {
  path: "simplest.png",
  title: "Simplest Monitoring Demo",
  fields: ["random"],
  method: "STACK",
  interval: 10,
  period: "1h",
  "vertical label": "Random #s",
};

function issues(value: Mapping, knownFields?: string[]): string[] {
  return parseGraph(value, { knownFields }).issues.map(({ path, part, message }) => {
    return `${path.join(".")} (${part}): ${message}`;
  });
}

describe("a graph in a block file", () => {
  it("becomes a definition with every default filled in", () => {
    const { definition, issues } = parseGraph(blog, { knownFields: ["random"] });
    expect(issues).toEqual([]);
    expect(definition).toMatchObject({
      path: "simplest.png",
      title: "Simplest Monitoring Demo",
      fields: ["random"],
      method: "STACK",
      interval: 10,
      periods: [{ text: "1h", seconds: 3600 }],
      verticalLabel: "Random #s",
      width: 400,
      height: 100,
      base: 1000,
      cf: "AVERAGE",
      legend: ["LAST", "AVERAGE", "MAX"],
      theme: "light",
      gaps: "break",
      stackUnknown: "gap",
    });
  });

  it("refuses pictures that would take gigabytes, and periods that no file has", () => {
    expect(issues({ ...blog, width: 10_000, height: 10_000 })).toEqual([
      "width (value): a picture of 10000 × 10000 has 100 million pixels; at most 16 million are drawn",
    ]);
    expect(issues({ ...blog, width: 2000, height: 1000, scale: 4 })).toEqual([
      "scale (value): a picture of 2000 × 1000 at scale 4 has 32 million pixels; at most 16 million are drawn",
    ]);
    expect(issues({ ...blog, path: "a.svg", width: 10_000, height: 10_000 })).toEqual([]);
    expect(issues({ ...blog, width: 4000, height: 4000 })).toEqual([]);
    expect(issues({ ...blog, period: "1000y" })).toEqual([
      'period (value): "period" must be at most 50 years, not "1000y"',
    ]);
    expect(issues({ ...blog, period: "50y" })).toEqual([]);
    expect(issues({ ...blog, width: 200, height: 40, "full size": true })).toEqual([
      'height (value): "height" must be at least 50 with "full size": the axes need that much',
    ]);
  });

  it("takes every option", () => {
    const { definition, issues } = parseGraph(
      {
        path: "cpu-{{period}}.svg",
        fields: ["user", "system", "total"],
        method: "area",
        period: ["1h", "1d", 600],
        interval: "30s",
        vertical_label: "%",
        width: 300,
        height: 80,
        "full size": true,
        "lower limit": 0,
        "upper limit": 100,
        rigid: true,
        logarithmic: false,
        base: 1024,
        units: "%",
        colors: { user: "#f00", system: "00ff0080", total: "blue" },
        palette: "rem",
        cf: "max",
        legend: ["last", "min"],
        hrules: [50, { value: 90, color: "red", label: "limit" }],
        vrules: [1_700_000_000, { time: "2026-03-29 02:00Z", label: "deploy" }],
        expressions: { total: "user + system" },
        percentile: 95,
        watermark: "host",
        theme: "dark",
        "right axis": { scale: 2, shift: 1, label: "double" },
        scale: 2,
        slope: true,
        gaps: "join",
        "stack unknown": "zero",
      },
      { knownFields: ["user", "system"] },
    );
    expect(issues).toEqual([]);
    expect(definition).toMatchObject({
      periods: [
        { text: "1h", seconds: 3600 },
        { text: "1d", seconds: 86_400 },
        { text: "600s", seconds: 600 },
      ],
      interval: 30,
      method: "AREA",
      verticalLabel: "%",
      fullSize: true,
      colors: { user: "#ff0000", system: "#00ff0080", total: "#0000ff" },
      cf: "MAX",
      legend: ["LAST", "MIN"],
      hrules: [{ value: 50 }, { value: 90, color: "#ff0000", label: "limit" }],
      vrules: [{ time: 1_700_000_000 }, { time: 1_774_749_600, label: "deploy" }],
      rightAxis: { scale: 2, shift: 1, label: "double" },
      stackUnknown: "zero",
    });
  });

  it("draws all stored fields when none are named", () => {
    expect(parseGraph({ path: "a.png" }, { knownFields: ["a", "b"] }).definition?.fields).toEqual(["a", "b"]);
  });

  it("has no legend with legend: false", () => {
    const { definition } = parseGraph({ ...blog, legend: false });
    expect(definition).toBeDefined();
    expect(definition?.legend).toBeUndefined();
  });

  it("puts the period into the path", () => {
    const { definition } = parseGraph({ ...blog, path: "a-{{period}}.png", period: ["1h", "1d"] });
    if (definition === undefined) throw new Error("no definition");
    expect(definition.periods.map((period) => graphPath(definition, period))).toEqual([
      "a-1h.png",
      "a-1d.png",
    ]);
  });

  it("reports everything that is wrong at once, and then has no definition", () => {
    const wrong: Mapping = {
      path: "graph.gif",
      titel: "x",
      fields: ["usr", "user", "user"],
      method: "STAK",
      period: ["1h", "soon"],
      width: 3,
      "lower limit": 5,
      "upper limit": 5,
      base: 1001,
      colors: [null, "nocolour"],
      legend: ["LAST", "AVG"],
      hrules: ["high"],
      "right axis": { scal: 2 },
      scale: "big",
    };
    expect(parseGraph(wrong).definition).toBeUndefined();
    expect(issues(wrong, ["user"])).toEqual([
      'titel (key): unknown key "titel" — did you mean "title"?',
      'fields.2 (value): field "user" is listed twice',
      'fields.0 (value): unknown field "usr" — did you mean "user"?',
      'period.1 (value): "period" must be a time such as 1h, 1d or 1w, not "soon"',
      'path (value): "path" must end in .png or .svg, not "graph.gif"',
      'method (value): "method" must be one of LINE, AREA, STACK, not "STAK" — did you mean "STACK"?',
      'width (value): "width" must be from 40 to 10000, not 3',
      'base (value): "base" must be 1000 or 1024, not 1001',
      "colors.0 (value): the colour is empty",
      'colors.1 (value): "nocolour" is no colour: write "#RRGGBB" or a name such as red',
      'hrules.0 (value): "hrules" takes a number or a figure such as max of FIELD, or a mapping with "value", "color" and "label"',
      'right axis.scal (key): unknown key "scal" — did you mean "scale"?',
      'scale (value): "scale" must be a number, not text',
      'legend.1 (value): "legend" takes LAST, AVERAGE, MAX, MIN, FIRST, TOTAL, DEVIATION and percentiles such as 95% (or false), not "AVG"',
      'upper limit (value): "upper limit" 5 must be greater than "lower limit" 5',
    ]);
  });

  it("takes lengths of time only: rrdtool's times, of which some are not what they seem, are refused", () => {
    const times = ["now-5m", "-1d", "end-1d", "midnight", "1month", "5months"];
    expect(issues({ path: "g-{{period}}.png", fields: ["user"], period: times })).toEqual(
      times.map(
        (time, index) =>
          `period.${index} (value): "period" must be a time such as 1h, 1d or 1w, not "${time}"`,
      ),
    );
  });

  it("shows where a formula is wrong", () => {
    const { issues } = parseGraph(
      { ...blog, expressions: { total: "user + ", load: "usr * 2" } },
      { knownFields: ["random", "user"] },
    );
    expect(issues).toEqual([
      {
        path: ["expressions", "total"],
        part: "value",
        code: "wrong-expression",
        message: 'expected a number, a field or ( … ) at the end in the formula of "total"',
        notes: ["user + ", "       ^"],
      },
      {
        path: ["expressions", "load"],
        part: "value",
        code: "wrong-expression",
        message: 'unknown field "usr" in the formula of "load" — did you mean "user"?',
        notes: ["usr * 2", "^", "there are: random, user, total"],
      },
    ]);
  });

  it("needs {{period}} in the path for several periods", () => {
    expect(issues({ ...blog, period: ["1h", "1d"] })).toEqual([
      'path (value): "path" needs {{period}} in it, because there are 2 periods',
    ]);
  });

  it("refuses limits that a logarithmic axis cannot have", () => {
    expect(issues({ ...blog, logarithmic: true, "lower limit": 0 })).toEqual([
      'lower limit (value): "lower limit" of a logarithmic graph must be greater than 0, not 0',
    ]);
  });

  it("treats names of inherited properties as plain names", () => {
    const value = JSON.parse(
      '{"path": "a.png", "fields": ["__proto__"], "colors": {"__proto__": "red"}}',
    ) as Mapping;
    const { definition } = parseGraph(value, { knownFields: ["__proto__", "constructor"] });
    expect(definition?.fields).toEqual(["__proto__"]);
    expect(issues({ path: "a.png", fields: ["toString"] }, ["a"])).toEqual([
      'fields.0 (value): unknown field "toString"',
    ]);
  });
});
