import { expect, test } from "vitest";
import type { Failure } from "../../../src/run/failure.ts";
import { call, failureOf, file, mebibytes, program, resultOf, runner, script, seconds } from "./calls.ts";

async function failure(text: string, name = "a.mjs"): Promise<Failure> {
  const { scripts } = runner();
  return failureOf(await scripts.run(script(file(name, text)), call()));
}

test("an error carries its place in the script and a stack of the user's frames alone", async () => {
  const { scripts } = runner();
  const path = program("throws.ts");
  expect(failureOf(await scripts.run(script(path), call()))).toEqual({
    kind: "threw",
    message: 'script "throws.ts" threw: TypeError: no reading',
    place: { file: path, line: 6, column: 9 },
    stack: `    at read (${path}:6:9)\n    at processBlock (${path}:9:53)`,
  });
});

test.each([
  ["a rejection", "export default async () => { throw new Error('late'); };", 'script "a.mjs" threw: late'],
  ["a text", "export default () => { throw 'no'; };", 'script "a.mjs" threw "no", which is no Error'],
  [
    "nothing",
    "export default () => { throw undefined; };",
    'script "a.mjs" threw undefined, which is no Error',
  ],
  [
    "an error whose message throws",
    "export default () => { const e = new Error(); Object.defineProperty(e, 'message', { get() { throw 1; } }); throw e; };",
    'script "a.mjs" threw: Error',
  ],
])("throwing %s is a failure", async (_, text, message) => {
  expect(await failure(text)).toMatchObject({ kind: "threw", message });
});

test("a stack overflow is a failure of that call", async () => {
  const { scripts } = runner();
  const found = failureOf(await scripts.run(script(program("overflows-stack.mjs")), call()));
  expect(found.message).toBe(
    'script "overflows-stack.mjs" threw: RangeError: Maximum call stack size exceeded',
  );
  expect(found.place?.line).toBe(1);
});

test("an exception in a timer fails the call that runs", async () => {
  const text =
    "export default () => new Promise(() => {\n  setTimeout(() => {\n    throw new Error('tick');\n  }, 1);\n});";
  expect(await failure(text)).toMatchObject({
    kind: "threw",
    message: 'script "a.mjs" had an uncaught exception: tick',
    place: { line: 3, column: 11 },
  });
});

test("a rejection that nobody handles after the run is logged, and the next run is fine", async () => {
  const { scripts, logged } = runner();
  const late = script(
    file(
      "a.mjs",
      "export default () => {\n  setTimeout(() => Promise.reject(new Error('late')), 5);\n  return { a: 1 };\n};",
    ),
  );
  expect(resultOf(await scripts.run(late, call()))).toEqual({ a: 1 });
  const waits = script(
    file("b.mjs", "export default () => new Promise((r) => setTimeout(() => r({ b: 1 }), 50));"),
  );
  expect(resultOf(await scripts.run(waits, call()))).toEqual({ b: 1 });
  expect(logged.map(({ text }) => text)).toEqual([
    expect.stringMatching(
      /^script "a\.mjs" had an unhandled rejection after its run: late \(.*a\.mjs:2:\d+\)$/,
    ),
  ]);
});

test("process.exit ends only that call, with its place", async () => {
  const { scripts } = runner();
  const path = program("calls-exit.mjs");
  expect(failureOf(await scripts.run(script(path), call()))).toEqual({
    kind: "exited",
    message: 'script "calls-exit.mjs" called process.exit(3)',
    exitStatus: 3,
    place: { file: path, line: 2, column: 11 },
  });
  expect(resultOf(await scripts.run(script(program("random.ts")), call()))).toHaveProperty("random");
});

test("an exhausted heap fails the step and names its limit", async () => {
  const { scripts } = runner();
  const reference = script(program("exhausts-heap.mjs"), { memory: mebibytes(32) });
  const found = failureOf(await scripts.run(reference, call()));
  expect(found.kind).toBe("out-of-memory");
  expect(found.message).toBe('script "exhausts-heap.mjs" needed more than 32 MiB of memory, its limit');
});

test("an endless loop is stopped by its timeout, and the next call has a new worker", async () => {
  const { scripts } = runner({ mostWorkers: 1 });
  const found = failureOf(
    await scripts.run(script(program("forever.mjs")), call({ timeout: seconds(0.05) })),
  );
  expect(found).toEqual({
    kind: "timeout",
    message: 'script "forever.mjs" took longer than 50ms and was stopped',
  });
  expect(resultOf(await scripts.run(script(program("random.ts")), call()))).toHaveProperty("random");
});

test("a loop over built-in functions, which V8 could make unstoppable, is stopped as well", async () => {
  const { scripts } = runner();
  const loops = file("a.mjs", "export default () => { let last; for (;;) last = new Array(1000); };");
  const outcome = await scripts.run(script(loops), call({ timeout: seconds(0.3) }));
  expect(failureOf(outcome).kind).toBe("timeout");
  const start = performance.now();
  await scripts.close();
  expect(performance.now() - start).toBeLessThan(2_500);
});

test("a stopped call gets its signal first, and its result counts", async () => {
  const waits = file(
    "a.mjs",
    "export default ({ signal, log }) => { log('waiting'); return new Promise((r) => signal.addEventListener('abort', () => r({ saved: true }))); };",
  );
  const controller = new AbortController();
  const { scripts } = runner({ log: () => controller.abort() });
  const outcome = await scripts.run(script(waits), call({ signal: controller.signal, grace: seconds(5) }));
  expect(resultOf(outcome)).toEqual({ saved: true });
});

test("a call that does not listen is ended after the grace time", async () => {
  const controller = new AbortController();
  const { scripts } = runner({ log: () => controller.abort() });
  const loops = file("a.mjs", "export default ({ log }) => { log('looping'); for (;;); };");
  const outcome = await scripts.run(
    script(loops),
    call({ signal: controller.signal, grace: seconds(0.05), timeout: undefined }),
  );
  expect(failureOf(outcome)).toEqual({ kind: "aborted", message: 'script "a.mjs" was stopped' });
});

test.each([
  ["a list", "[1]", "returned a list; a mapping is expected"],
  ["text", "'x'", "returned text; a mapping is expected"],
  ["a Map", "new Map()", "returned an object of class Map; a mapping is expected"],
  [
    "a function inside",
    "{ a: { b: () => 1 } }",
    'returned a function at "a.b"; only plain data can be returned',
  ],
  ["a symbol inside", "{ a: [Symbol('x')] }", 'returned a symbol at "a.0"; only plain data can be returned'],
  [
    "a date inside",
    "{ at: new Date(0) }",
    'returned an object of class Date at "at"; only plain data can be returned',
  ],
  [
    "a getter that throws",
    "{ get a() { throw new Error('mine'); } }",
    'returned a value at "a" that throws when it is read (mine)',
  ],
  ["too much", "{ a: 'x'.repeat(17 * 1024 * 1024) }", "returned more than 16 MiB, the limit for one result"],
  ["an endless list", "{ a: new Array(4e9) }", "returned more than 16 MiB, the limit for one result"],
])("returning %s is an error that says so", async (_, value, said) => {
  expect(await failure(`export default () => (${value});`)).toEqual({
    kind: "bad-result",
    message: `script "a.mjs" ${said}`,
  });
});

test("a cycle is an error", async () => {
  const found = await failure("export default () => { const a = {}; a.a = a; return a; };");
  expect(found.message).toContain("data nested deeper than 200 levels, or a cycle, at");
});

test("a key __proto__ in a result is inert data", async () => {
  const { scripts } = runner();
  const hostile = file(
    "a.mjs",
    `export default () => JSON.parse('{"__proto__": {"polluted": true}, "then": 1}');`,
  );
  const result = resultOf(await scripts.run(script(hostile), call())) as Record<string, unknown>;
  expect(Object.keys(result)).toEqual(["__proto__", "then"]);
  expect(result.polluted).toBeUndefined();
  expect(({} as Record<string, unknown>).polluted).toBeUndefined();
});

test("undefined is left out, and numbers of any kind come through", async () => {
  const { scripts } = runner();
  const odd = file(
    "a.mjs",
    "export default () => ({ a: undefined, b: [undefined], c: NaN, d: -0, e: 2n ** 60n });",
  );
  expect(resultOf(await scripts.run(script(odd), call()))).toEqual({
    b: [null],
    c: Number.NaN,
    d: -0,
    e: 2n ** 60n,
  });
});

test.each([
  ["a.mjs", "export const a = 1;\nexport const b = = 2;\n", 2, 18],
  ["a.ts", "export const a: number = 1;\nexport const b: = 2;\n", 2, 17],
  ["a.cjs", "exports.a = 1;\nconst b = = 2;\n", 2, 11],
])("a syntax error in %s has its place", async (name, text, line, column) => {
  const found = await failure(text, name);
  expect(found.kind).toBe("not-loadable");
  expect(found.place).toMatchObject({ line, column });
});

test("a script without the function says what it exports", async () => {
  const found = await failure("export const processblock = 1;\nexport const other = 2;");
  expect(found.message).toBe('script "a.mjs" exports no function "processBlock"');
  expect(found.notes).toEqual(["it exports other, processblock"]);
});

test("enums, which Node cannot erase, are named", async () => {
  const found = await failure("enum A { B }\nexport const processBlock = () => ({});", "a.ts");
  expect(found.message).toBe(
    'script "a.ts" cannot be loaded: SyntaxError: TypeScript enum is not supported in strip-only mode',
  );
  expect(found.place?.line).toBe(1);
});

test("emit in a step that is not long-running says what to do", async () => {
  const found = await failure("export default ({ emit }) => emit({});");
  expect(found.message).toContain("emit is for long-running steps; add longrunning: true to this one");
});
