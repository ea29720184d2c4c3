import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ManualClock, type Milliseconds, type Seconds, unwrap } from "../../src/base/index.ts";
import {
  type GraphDefinition,
  GraphPainter,
  graphDefinition,
  type PaintRequest,
} from "../../src/graph/index.ts";
import { createRrd, openRrd } from "../../src/rrd/index.ts";

const START = 1_700_000_000;
let folder: string;
let rrdFile: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "procblock-painter-"));
  rrdFile = join(folder, "a.rrd");
  const dataSources = [{ name: "a", type: "GAUGE", heartbeat: 60 }] as const;
  const archives = [{ cf: "AVERAGE", xff: 0.5, pdpPerRow: 1, rows: 500 }] as const;
  unwrap(createRrd(rrdFile, { step: 5, start: START, dataSources, archives }));
  update(1, 60);
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

function update(from: number, to: number): void {
  const file = unwrap(openRrd(rrdFile, { mode: "write", farthestAhead: Number.POSITIVE_INFINITY }));
  for (let i = from; i <= to; i++) unwrap(file.update(START + 5 * i, [50 + i]));
  file.close();
}

function request(out: string, more: Partial<GraphDefinition> = {}, now = START + 300): PaintRequest {
  const definition = graphDefinition({ path: "a.png", fields: ["a"], ...more });
  return {
    rrdFile,
    definition,
    period: { text: "5m", seconds: 300 as Seconds },
    now,
    out: join(folder, out),
  };
}

describe("the painter", () => {
  it("paints PNG and SVG files from an RRD file, making folders and leaving no other files", async () => {
    await using painter = new GraphPainter();
    expect(await painter.paint(request("web/graphs/a.png"))).toMatchObject({
      ok: true,
      value: { drawn: true },
    });
    expect(await painter.paint(request("web/graphs/a.svg"))).toMatchObject({
      ok: true,
      value: { drawn: true },
    });
    expect(readFileSync(join(folder, "web/graphs/a.png")).subarray(1, 4).toString()).toBe("PNG");
    expect(readFileSync(join(folder, "web/graphs/a.svg"), "utf8")).toContain(
      "<title>a: last 110.00, average",
    );
    expect(readdirSync(join(folder, "web/graphs")).sort()).toEqual(["a.png", "a.svg"]);
  });

  it("does not draw again what nobody changed", async () => {
    await using painter = new GraphPainter();
    const drawn = async (...given: Parameters<typeof request>) => {
      const result = await painter.paint(request(...given));
      return result.ok && result.value.drawn;
    };
    expect(await drawn("a.png")).toBe(true);
    expect(await drawn("a.png")).toBe(false);
    expect(await drawn("a.png", { title: "new" })).toBe(true);
    expect(await drawn("a.png", { title: "new" }, START + 310)).toBe(true);
    update(61, 61);
    expect(await drawn("a.png", { title: "new" }, START + 310)).toBe(true);
    rmSync(join(folder, "a.png"));
    expect(await drawn("a.png", { title: "new" }, START + 310)).toBe(true);
    expect(await drawn("a.png", { title: "new" }, START + 310)).toBe(false);
  });

  it("paints a picture that is asked for again while it waits only once, as asked last", async () => {
    await using painter = new GraphPainter();
    const busy = painter.paint(request("busy.png"));
    const first = painter.paint(request("a.svg", { title: "first" }));
    const second = painter.paint(request("a.svg", { title: "second" }));
    await Promise.all([busy, first, second]);
    expect(await first).toEqual(await second);
    expect(readFileSync(join(folder, "a.svg"), "utf8")).toContain("<title>second</title>");
  });

  it("reports a missing field, a missing RRD file and a folder that cannot be written", async () => {
    await using painter = new GraphPainter();
    expect(await painter.paint(request("a.png", { fields: ["b"] }))).toMatchObject({
      ok: false,
      problems: [{ code: "unknown-field", message: `"${rrdFile}" has no field "b"` }],
    });
    expect(await painter.paint({ ...request("a.png"), rrdFile: join(folder, "none.rrd") })).toMatchObject({
      ok: false,
    });
    mkdirSync(join(folder, "taken.png"));
    expect(await painter.paint(request("taken.png"))).toMatchObject({
      ok: false,
      problems: [{ code: "graph-not-written" }],
    });
    expect(readdirSync(folder).sort()).toEqual(["a.rrd", "taken.png"]);
    expect(statSync(join(folder, "taken.png")).isDirectory()).toBe(true);
  });

  it("finishes what was asked for before it closes, and refuses what comes later", async () => {
    const painter = new GraphPainter();
    const painted = [painter.paint(request("a.png")), painter.paint(request("b.png"))];
    await painter.close();
    expect((await Promise.all(painted)).map((result) => result.ok)).toEqual([true, true]);
    expect(await painter.paint(request("c.png"))).toMatchObject({
      ok: false,
      problems: [{ code: "graph-thread" }],
    });
    await painter.close();
  });
});

describe("a drawing thread in trouble", () => {
  const worker = new URL("./workers/crash-on-request.mjs", import.meta.url);
  const asked = (out: string) => ({ ...request("x"), out });
  const message = (text: string) => ({
    ok: false,
    problems: [expect.objectContaining({ code: "graph-thread", message: text })],
  });

  it("fails only the picture that it crashed at; the others get a new thread", async () => {
    await using painter = new GraphPainter({ worker });
    const results = await Promise.all(
      ["a", "crash", "b", "exit", "c"].map((out) => painter.paint(asked(out))),
    );
    expect(results.map((result) => result.ok)).toEqual([true, false, true, false, true]);
    expect(results[1]).toEqual(message('cannot draw "crash": boom'));
    expect(results[3]).toEqual(message('cannot draw "exit": the drawing thread ended with code 3'));
    const threads = results.flatMap((result) => (result.ok ? [result.value.seconds] : []));
    expect(new Set(threads).size).toBe(3);
  });

  it("is ended when a picture takes too long", async () => {
    const clock = new ManualClock();
    await using painter = new GraphPainter({ worker, clock, timeout: 5000 as Milliseconds });
    const hung = painter.paint(asked("hang"));
    const next = painter.paint(asked("a"));
    await clock.advance(5000);
    expect(await hung).toEqual(message('cannot draw "hang": it took longer than 5 s'));
    expect(await next).toMatchObject({ ok: true });
    expect(clock.pending).toBe(0);
  });
});
