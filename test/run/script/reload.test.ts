import { renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { call, failureOf, file, folder, resultOf, runner, script } from "./calls.ts";

const good = (value: number) => `export const processBlock = () => ({ value: ${value} });\n`;
const slow = "export default () => new Promise((r) => setTimeout(() => r({}), 300));";

test("a changed script is picked up at its next run", async () => {
  const { scripts, reloaded } = runner();
  const path = file("a.mjs", good(1));
  const reference = script(path);
  expect(resultOf(await scripts.run(reference, call()))).toEqual({ value: 1 });
  expect(reloaded).toEqual([]);
  for (let value = 2; value < 30; value++) {
    writeFileSync(path, good(value));
    expect(resultOf(await scripts.run(reference, call()))).toEqual({ value });
  }
  expect(reloaded).toHaveLength(28);
  expect(scripts.figures().workers).toBe(1);
});

test("a changed CommonJS script is picked up as well", async () => {
  const { scripts } = runner();
  const path = file("a.cjs", "exports.processBlock = () => ({ value: 1 });");
  expect(resultOf(await scripts.run(script(path), call()))).toEqual({ value: 1 });
  writeFileSync(path, "exports.processBlock = () => ({ value: 22 });");
  expect(resultOf(await scripts.run(script(path), call()))).toEqual({ value: 22 });
});

test("a broken edit is reported once, and the last good version goes on, also in new workers", async () => {
  const { scripts, broken, reloaded } = runner({ mostWorkers: 2 });
  const dir = folder();
  const path = file("a.ts", "export const processBlock = (): { value: number } => ({ value: 1 });\n", dir);
  const reference = script(path);
  expect(resultOf(await scripts.run(reference, call()))).toEqual({ value: 1 });
  writeFileSync(path, "export const processBlock = () => ({\n  value: = 2 });\n");
  for (let run = 0; run < 3; run++)
    expect(resultOf(await scripts.run(reference, call()))).toEqual({ value: 1 });
  expect(broken).toHaveLength(1);
  expect(broken[0]).toMatchObject({ code: "step-not-loadable", place: { file: path, line: 2, column: 10 } });
  // The first worker is occupied: the second one never saw the good version on disk.
  const occupied = scripts.run(script(file("slow.mjs", slow)), call());
  expect(resultOf(await scripts.run(reference, call()))).toEqual({ value: 1 });
  expect(scripts.figures().workers).toBe(2);
  await occupied;
  expect(broken).toHaveLength(1);
  writeFileSync(path, good(3));
  expect(resultOf(await scripts.run(reference, call()))).toEqual({ value: 3 });
  expect(reloaded).toEqual([path]);
});

test.each([
  ["without the function", "export const nothing = 1;"],
  ["that throws when it is loaded", "throw new Error('not today');"],
  ["that is empty", ""],
])("a version %s is a broken edit", async (_, text) => {
  const { scripts, broken } = runner();
  const path = file("a.mjs", good(1));
  await scripts.run(script(path), call());
  writeFileSync(path, text);
  expect(resultOf(await scripts.run(script(path), call()))).toEqual({ value: 1 });
  expect(broken).toHaveLength(1);
});

test("a deleted script goes on with its last good version", async () => {
  const { scripts, broken } = runner();
  const path = file("a.mjs", good(1));
  await scripts.run(script(path), call());
  rmSync(path);
  expect(resultOf(await scripts.run(script(path), call()))).toEqual({ value: 1 });
  expect(resultOf(await scripts.run(script(path), call()))).toEqual({ value: 1 });
  expect(broken).toHaveLength(1);
});

test.each([
  [
    "import",
    "main.mjs",
    'import { n } from "./helper.mjs";\nexport default () => ({ n });',
    "helper.mjs",
    "export const n = ",
  ],
  [
    "require",
    "main.cjs",
    'const { n } = require("./helper.cjs");\nmodule.exports = () => ({ n });',
    "helper.cjs",
    "exports.n = ",
  ],
])("a change in a local helper counts (%s)", async (_, name, text, helper, start) => {
  const { scripts, broken } = runner();
  const dir = folder();
  const main = file(name, text, dir);
  const reference = script(main);
  file(helper, `${start}1;`, dir);
  expect(resultOf(await scripts.run(reference, call()))).toEqual({ n: 1 });
  file(helper, `${start}22;`, dir);
  expect(resultOf(await scripts.run(reference, call()))).toEqual({ n: 22 });
  file(helper, `${start}= 3;`, dir);
  expect(resultOf(await scripts.run(reference, call()))).toEqual({ n: 22 });
  expect(broken).toHaveLength(1);
  file(helper, `${start}4444;`, dir);
  expect(resultOf(await scripts.run(reference, call()))).toEqual({ n: 4444 });
});

test("a script that never loaded is tried again when its helper appears", async () => {
  const { scripts } = runner();
  const main = file("a.mjs", 'import { n } from "./late.mjs";\nexport default () => ({ n });');
  const failure = failureOf(await scripts.run(script(main), call()));
  expect(failure.kind).toBe("not-loadable");
  expect(failure.message).toContain("late.mjs");
  file("late.mjs", "export const n = 5;", dirname(main));
  expect(resultOf(await scripts.run(script(main), call()))).toEqual({ n: 5 });
});

test("replacing the file by rename counts as a change", async () => {
  const { scripts } = runner();
  const path = file("a.mjs", good(1));
  await scripts.run(script(path), call());
  const next = join(dirname(path), "a.tmp");
  writeFileSync(next, good(2));
  renameSync(next, path);
  expect(resultOf(await scripts.run(script(path), call()))).toEqual({ value: 2 });
});
