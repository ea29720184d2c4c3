import { readdirSync } from "node:fs";
import { expect, test } from "vitest";
import { describeWithRrdtool, rrdtool } from "../oracle.ts";
import { Collecting, startTime } from "./collecting.ts";

describeWithRrdtool("Collected files, seen by rrdtool", () => {
  test("rrdtool info, fetch and graph read a collected file.", async () => {
    using at = new Collecting();
    const definition = at.definition({ path: "simplest.rrd", fields: { random: { min: 0, max: 100 } } });
    await at.run(
      definition,
      [10, 20, 30, 200, 40].map((random) => ({ random })),
    );
    await at.collector.close();
    const file = at.path("simplest.rrd");
    const info = rrdtool(["info", file]).stdout;
    for (const line of [
      "step = 5",
      `last_update = ${startTime + 20}`,
      'ds[random].type = "GAUGE"',
      "ds[random].minimal_heartbeat = 10",
      "ds[random].min = 0.0000000000e+00",
      "rra[0].rows = 86400",
      "rra[1].pdp_per_row = 10",
      'rra[9].cf = "MAX"',
    ]) {
      expect(info.split("\n")).toContain(line);
    }
    const fetched = rrdtool([
      "fetch",
      file,
      "AVERAGE",
      "-s",
      String(startTime - 5),
      "-e",
      String(startTime + 15),
    ]);
    expect(
      fetched.stdout
        .trim()
        .split("\n")
        .slice(2)
        .map((line) => line.split(": ")[1]),
    ).toEqual(["1.0000000000e+01", "2.0000000000e+01", "3.0000000000e+01", "-nan", "4.0000000000e+01"]);
    const graph = ["graph", at.path("x.png"), "-s", String(startTime), "-e", String(startTime + 60)];
    expect(rrdtool([...graph, `DEF:a=${file}:random:AVERAGE`, "LINE:a#000000"]).status).toBe(0);
  });

  test("A file that rrdtool made is filled, and rrdtool sees the same as if it had filled it itself.", async () => {
    using at = new Collecting();
    for (const name of ["ours.rrd", "theirs.rrd"]) {
      const start = ["create", at.path(name), "-b", String(startTime - 5), "-s", "5"];
      rrdtool([
        ...start,
        "DS:n:COUNTER:10:0:U",
        "DS:g:GAUGE:10:U:U",
        "RRA:AVERAGE:0.5:1:100",
        "RRA:MAX:0.5:3:10",
      ]);
    }
    const definition = at.definition({ path: "ours.rrd", fields: { g: {}, n: { type: "COUNTER", min: 0 } } });
    const samples = Array.from({ length: 12 }, (_, index) => ({ n: index ** 3 * 1000, g: Math.sin(index) }));
    await at.run(definition, samples);
    await at.collector.close();
    for (const [index, { n, g }] of samples.entries()) {
      rrdtool(["update", at.path("theirs.rrd"), `${startTime + index * 5}:${n}:${g}`]);
    }
    const fetch = (name: string) =>
      rrdtool(["fetch", at.path(name), "AVERAGE", "-s", String(startTime - 5), "-e", String(startTime + 55)])
        .stdout;
    expect(fetch("ours.rrd")).toBe(fetch("theirs.rrd"));
    expect(fetch("ours.rrd")).not.toBe("");
  });

  test("New fields are added, the data is kept, and the file as it was stays beside it.", async () => {
    using at = new Collecting();
    await at.run(at.definition({ path: "x.rrd", fields: ["a"] }), [{ a: 1 }, { a: 2 }]);
    await at.collector.close();
    at.collector = at.another();
    await at.clock.advance(5000);
    await at.run(at.definition({ path: "x.rrd", fields: ["a", "b"] }), [
      { a: 3, b: 30 },
      { a: 4, b: 40 },
    ]);
    await at.collector.close();
    expect(at.rows("x.rrd")).toEqual({ 0: [1, null], 5: [2, null], 10: [3, 30], 15: [4, 40] });
    expect(at.told).toEqual(['problem:found: warning: "x.rrd" has new fields: b; its data is kept']);
    const [old, now] = readdirSync(at.dir).sort().reverse();
    expect(now).toBe("x.rrd");
    expect(old).toMatch(/^x\.rrd\.old/);
    expect(rrdtool(["info", at.path("x.rrd")]).stdout).toContain('ds[b].type = "GAUGE"');
    expect(at.rows(old ?? "")).toEqual({ 0: [1], 5: [2] });
  });
});
