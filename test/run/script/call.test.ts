import { expect, test } from "vitest";
import { call, failureOf, file, program, resultOf, runner, script } from "./calls.ts";

test("a TypeScript script runs without a build step", async () => {
  const { scripts } = runner();
  const result = resultOf(await scripts.run(script(program("random.ts")), call())) as { random: number };
  expect(result.random).toBeGreaterThanOrEqual(0);
  expect(result.random).toBeLessThanOrEqual(100);
});

test("the function gets one object with everything of its step", async () => {
  const { scripts } = runner();
  const reference = script(program("echo.mjs"), {
    fixed: { block: { script: "echo.mjs" }, blockParent: { run: [] }, tag: "run" },
  });
  const given = {
    pipeData: { a: 1, list: [true, null, "x"] },
    requestState: { user: "me" },
    inputData: { key: "value" },
    args: ["one", 2],
    cwd: "/",
    env: { NAME: "value" },
  };
  for (let round = 0; round < 3; round++) {
    expect(resultOf(await scripts.run(reference, call(given)))).toEqual({
      ...given,
      block: { script: "echo.mjs" },
      blockParent: { run: [] },
      tag: "run",
    });
  }
});

test.each([
  ["exported.mjs", "export const processBlock = () => ({ a: 1 });"],
  ["default.mjs", "export default () => ({ a: 1 });"],
  ["async.js", "export const processBlock = async () => ({ a: 1 });"],
  ["exports.cjs", "exports.processBlock = () => ({ a: 1 });"],
  ["module-exports.cjs", "module.exports = () => ({ a: 1 });"],
  ["common.js", "module.exports.processBlock = () => ({ a: require('node:path').sep.length });"],
  [
    "types.ts",
    "import type { ProcessBlock } from 'procblock';\nexport const processBlock: ProcessBlock = () => ({ a: 1 });",
  ],
  ["name with blanks & %20.mjs", "export const processBlock = () => ({ a: 1 });"],
])("%s is a script", async (name, text) => {
  const { scripts } = runner();
  expect(scripts.check(file(name, text))).toBeUndefined();
  expect(resultOf(await scripts.run(script(file(name, text)), call()))).toEqual({ a: 1 });
});

test("a script may import local helpers and JSON", async () => {
  const { scripts } = runner();
  const helper = file("helper.ts", "export const twice = (n: number): number => 2 * n;");
  const dir = helper.slice(0, helper.lastIndexOf("/"));
  file("data.json", '{"n": 21}', dir);
  const main = file(
    "main.ts",
    `import { twice } from "./helper.ts";
import data from "./data.json" with { type: "json" };
export const processBlock = () => ({ answer: twice(data.n), here: import.meta.filename });`,
    dir,
  );
  expect(resultOf(await scripts.run(script(main), call()))).toEqual({ answer: 42, here: main });
});

test("returning nothing is an empty result", async () => {
  const { scripts } = runner();
  expect(resultOf(await scripts.run(script(file("a.mjs", "export default () => {};")), call()))).toEqual({});
  expect(
    resultOf(await scripts.run(script(file("a.mjs", "export default async () => null;")), call())),
  ).toEqual({});
});

test("request state comes back when the script changed it, and only then", async () => {
  const { scripts } = runner();
  const counts = script(
    file(
      "a.mjs",
      "export default ({ requestState: s, pipeData }) => { if (pipeData.add) s.count = (s.count ?? 0) + pipeData.add; };",
    ),
  );
  const state = async (requestState: { count?: number }, add: number) => {
    const outcome = await scripts.run(counts, call({ requestState, pipeData: { add } }));
    return outcome.ok ? outcome.value.requestState : outcome;
  };
  expect(await state({}, 0)).toBeUndefined();
  expect(await state({ count: 1 }, 0)).toBeUndefined();
  expect(await state({}, 2)).toEqual({ count: 2 });
  expect(await state({ count: 1 }, 2)).toEqual({ count: 3 });
});

test("the block and the input data cannot be changed by a script", async () => {
  const { scripts } = runner();
  const changes = file("a.mjs", "export default ({ inputData }) => { inputData.list.push(1); };");
  const inputData = { list: [] };
  const reference = script(changes);
  await scripts.run(reference, call({ inputData }));
  const failure = failureOf(await scripts.run(reference, call({ inputData })));
  expect(failure.message).toBe(
    'script "a.mjs" threw: TypeError: Cannot add property 0, object is not extensible',
  );
});

test("the environment of a call is process.env, and gone with it", async () => {
  const { scripts } = runner({ mostWorkers: 1 });
  const reads = script(file("a.mjs", "export default () => ({ a: process.env.A_B ?? 'unset' });"));
  expect(resultOf(await scripts.run(reads, call({ env: { A_B: "1" } })))).toEqual({ a: "1" });
  expect(resultOf(await scripts.run(reads, call({ env: { A_B: "2" } })))).toEqual({ a: "2" });
  expect(resultOf(await scripts.run(reads, call({ env: {} })))).toEqual({ a: "unset" });
  expect(process.env.A_B).toBeUndefined();
});

test("what a script prints goes to the log with the label of its call", async () => {
  const { scripts, logged } = runner();
  const prints = file(
    "a.mjs",
    `export default ({ log }) => {
  console.log("one", { two: 2 });
  console.error("bad %d", 3);
  console.table([{ a: 1 }]);
  process.stdout.write("half ");
  process.stdout.write("a line\\nrest");
  log("said", "warn");
};`,
  );
  resultOf(await scripts.run(script(prints), call({ label: "cpu" })));
  expect(logged.every(({ label }) => label === "cpu")).toBe(true);
  const lines = logged.map(({ level, text }) => `${level} ${text}`);
  expect(lines).toContain("info one { two: 2 }");
  expect(lines).toContain("error bad 3");
  expect(lines).toContain("info half a line");
  expect(lines).toContain("info rest");
  expect(lines).toContain("warn said");
  expect(logged.some(({ text }) => text.includes("┌"))).toBe(true);
});

test("an endlessly printing script fills no memory", async () => {
  const { scripts, logged } = runner();
  expect(resultOf(await scripts.run(script(program("prints-endlessly.mjs")), call()))).toEqual({
    printed: true,
  });
  const total = logged.reduce((sum, { text }) => sum + text.length, 0);
  expect(total).toBeLessThan(1.1 * 1024 * 1024);
  expect(logged.at(-1)?.text).toMatch(
    /^\d+ more log lines were dropped: the limit is 1048576 characters per run$/,
  );
});

test("check says what is wrong with a file", () => {
  const { scripts } = runner();
  expect(scripts.check("/nowhere/a.ts")).toBe('there is no script "/nowhere/a.ts"');
  expect(scripts.check("/nowhere/a.rb")).toBe('"a.rb" is no script: known are .ts, .js, .mjs, .cjs, .py');
  expect(scripts.check(program("random.ts"))).toBeUndefined();
});

test("a script that is gone at its first run fails and says so", async () => {
  const { scripts } = runner();
  const failure = failureOf(await scripts.run(script("/nowhere/a.mjs"), call()));
  expect(failure.kind).toBe("not-found");
  expect(failure.message).toBe('there is no script "/nowhere/a.mjs"');
});
