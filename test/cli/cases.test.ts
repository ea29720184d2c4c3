import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { procblock } from "./in-process.ts";

/**
 * A case is a folder of test/cases:
 *
 *     block.yaml          what is run
 *     arguments           the command line behind it, one word per line (optional)
 *     expected.json       the result; "<number>", "<text>", "<any>" stand for values that differ from run to run
 *     expected.stdout     instead of it: the output as text
 *     expected.stderr     every line of it must be told, in this order (optional)
 *     expected.code       default 0
 */
const cases = fileURLToPath(new URL("../cases", import.meta.url));
const demos = fileURLToPath(new URL("../../demos", import.meta.url));
const blocks = fileURLToPath(new URL("../../blocks", import.meta.url));

let work: string;
beforeAll(() => {
  work = mkdtempSync(join(tmpdir(), "procblock-cases-"));
  // Demos call blocks that stand beside them; both write their files next to themselves.
  for (const [from, name] of [
    [cases, "cases"],
    [demos, "demos"],
    [blocks, "blocks"],
  ] as const) {
    if (existsSync(from)) cpSync(from, join(work, name), { recursive: true, filter: isSource });
  }
});
afterAll(() => rmSync(work, { recursive: true, force: true }));

function isSource(path: string): boolean {
  return !/\.(rrd|png|svg)$/.test(path);
}

describe("cases", () => {
  for (const name of readdirSync(cases).sort()) {
    test(name.replaceAll("-", " "), async () => {
      const dir = join(work, "cases", name);
      const read = (file: string) => {
        return existsSync(join(dir, file)) ? readFileSync(join(dir, file), "utf8") : undefined;
      };
      const words = (read("arguments") ?? "").split("\n").filter((word) => word !== "");
      const told = await procblock(["block.yaml", ...words], { cwd: dir });
      const [json, stdout, stderr] = ["json", "stdout", "stderr"].map((kind) => read(`expected.${kind}`));
      expect({ code: told.code, stderr: told.code === 0 ? "" : told.stderr }).toMatchObject({
        code: Number(read("expected.code") ?? 0),
      });
      if (json !== undefined)
        expect(masked(JSON.parse(told.stdout), JSON.parse(json))).toEqual(JSON.parse(json));
      if (stdout !== undefined) expect(told.stdout).toBe(stdout);
      let from = 0;
      for (const line of (stderr ?? "").split("\n").filter((one) => one !== "")) {
        const at = told.stderr.indexOf(line, from);
        expect(at, `"${line}" in:\n${told.stderr}`).toBeGreaterThanOrEqual(0);
        from = at + line.length;
      }
    });
  }
});

describe("demos", () => {
  const files = existsSync(demos)
    ? readdirSync(demos, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".yaml"))
    : [];
  for (const file of files.sort()) {
    test(`demos/${file} is valid, names its schema, and runs once`, async () => {
      const path = join(work, "demos", file);
      expect(readFileSync(path, "utf8")).toMatch(/^# yaml-language-server: \$schema=/);
      const told = await procblock([path, "--once", "--quiet"]);
      expect(told).toMatchObject({ code: 0, stderr: "" });
      expect(Object.keys(JSON.parse(told.stdout) as object)).not.toHaveLength(0);
    });
  }
});

/** `actual` with the stand-ins of `expected` where the value is of that kind. */
function masked(actual: unknown, expected: unknown): unknown {
  if (expected === "<any>" && actual !== undefined) return expected;
  if (expected === "<number>" && typeof actual === "number") return expected;
  if (expected === "<text>" && typeof actual === "string") return expected;
  if (Array.isArray(actual) && Array.isArray(expected)) {
    return actual.map((item, at) => masked(item, expected[at]));
  }
  if (typeof actual === "object" && actual !== null && typeof expected === "object" && expected !== null) {
    const named = expected as Record<string, unknown>;
    return Object.fromEntries(Object.entries(actual).map(([key, value]) => [key, masked(value, named[key])]));
  }
  return actual;
}
