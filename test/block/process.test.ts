import { describe, expect, test } from "vitest";
import { Events, type Happening, type Mapping, unwrap } from "../../src/base/index.ts";
import { processBlock, type processMapping, type TagFunction } from "../../src/block/index.ts";
import { check, noteTag, process } from "./block-of.ts";

describe("processing a block", () => {
  test("tags are processed by priority, and results read like the file", async () => {
    const notes: string[] = [];
    const tags = [noteTag("late", 900, notes), noteTag("early", 10, notes), noteTag("middle", 800, notes)];
    const text = "late: [1]\ndata: {__priority: 700, x: 1}\nmiddle: [2]\nsecond: {middle: [4]}\nearly: [3]\n";
    const result = await process(text, undefined, tags);
    expect(notes).toEqual(["early", "middle", "middle", "late"]);
    expect(JSON.stringify(result)).toBe(
      '{"late":[1],"data":{"x":1},"middle":[2],"second":{"middle":[4]},"early":[3]}',
    );
  });

  test("variables are set, counted and listed in pipe data, and leave no trace in the result", async () => {
    const pipeData: Mapping = { items: ["a", "b", "a"], given: "4\n", big: 9007199254740993n };
    const text = `
set a.b: 5
set c: {copy: "{{a.b}}", text: "n={{a.b}}, {{items}}"}
increment n: 2
increment n2:
decrement given: 1
increment big: 1
list add items: "{{a.b}}"
list_del items: a
list add made: {x: 1}
`;
    expect(await process(text, pipeData)).toEqual({});
    expect(pipeData).toEqual({
      a: { b: 5 },
      c: { copy: 5, text: 'n=5, ["a","b","a"]' },
      n: 2,
      n2: 1,
      given: 3,
      big: 9007199254740994n,
      items: ["b", 5],
      made: [{ x: 1 }],
    });
  });

  test.each([
    ["set a.b: 1", { a: 5 }, "cannot set a.b: a is a number, not a mapping"],
    ["increment a: 1", { a: "x" }, "increment a: the variable is text, not a number"],
    ["list add a: 1", { a: "x" }, "list add a: the variable is text, not a list"],
    ["if a < 1: {}", { a: [1] }, 'cannot compare a, a list, with a number (1) by "<"'],
    ["__return_tag: b\nif a: {b: 1}", {}, 'the block has no result for "b", which __return_tag names'],
  ])("%j fails with a clear error", async (text, pipeData, message) => {
    await expect(process(text, pipeData as Mapping)).rejects.toThrow(message);
  });

  const band = `
before: 1
if band == "aid":
  aid: band
elif band in favourites and not quiet:
  aid: favourite
else:
  aid: none
after: 2
`;
  test.each([
    [{ band: "aid" }, "band"],
    [{ band: "x", favourites: ["x"], quiet: false }, "favourite"],
    [{ band: "x", favourites: ["x"], quiet: true }, "none"],
    [{}, "none"],
  ])("of a chain exactly one branch is taken: %j", async (pipeData, aid) => {
    const result = await process(band, pipeData as Mapping);
    expect(JSON.stringify(result)).toBe(JSON.stringify({ before: 1, aid, after: 2 }));
  });

  const inside = `
if cpu.load >= 0.9:
  level: critical
  if cpu.load >= 2: {page: true}
  elif cpu.load >= 0.9: {page: false}
  other: 1
  elif cpu.load > 0.5:
    level: high
  else:
    level: fine
`;
  test.each([
    [3, { level: "critical", page: true, other: 1 }],
    [1, { level: "critical", page: false, other: 1 }],
    [0.6, { level: "high" }],
    [0.1, { level: "fine" }],
  ])("the alternative may stand inside the block: %d", async (load, expected) => {
    expect(await process(inside, { cpu: { load } })).toEqual(expected);
  });

  test("chains that follow each other are told apart", async () => {
    const text = "if a: {x: 1}\nelse: {x: 2}\nif b: {y: 1}\nelif a: {y: 2}\nif c:\n";
    expect(await process(text, { a: true })).toEqual({ x: 1, y: 2 });
  });

  test("tags inside lists and inside branches are processed; keys with __ never show", async () => {
    const text =
      "list:\n  - {if a: {x: 1}, __secret: 1}\n  - plain\n  - {__secret: 2, y: {__secret: 3}}\n__note: 5\n";
    expect(await process(text, { a: 1 })).toEqual({ list: [{ x: 1 }, "plain", { y: {} }] });
  });

  test("__return_tag makes the value of one tag the result, at any depth", async () => {
    expect(
      await process("__return_tag: template\na: 1\ntemplate: {text: 'hello {{who}}'}", { who: "you" }),
    ).toBe("hello you");
    expect(await process("a: {__return_tag: b, b: {c: 1}, d: 2}")).toEqual({ a: { c: 1 } });
  });

  test("the block is never modified and every result is a copy", async () => {
    const checked = unwrap(check("a: {b: [1]}\nif x: {c: {d: 1}}\nset v: {w: 1}\n"));
    const before = JSON.stringify(checked.root.source);
    const pipeData = (): Mapping => ({ x: 1 });
    const first = pipeData();
    const one = (await processBlock(checked, { pipeData: first })) as { a: { b: number[] } };
    one.a.b.push(2);
    (first.v as Mapping).w = 2;
    const second = pipeData();
    expect(JSON.stringify(await processBlock(checked, { pipeData: second }))).toBe(
      '{"a":{"b":[1]},"c":{"d":1}}',
    );
    expect(second.v).toEqual({ w: 1 });
    expect(JSON.stringify(checked.root.source)).toBe(before);
  });

  test("a tag can put another mapping in the block's place, and the scope ends with the block, also on an error", async () => {
    const notes: string[] = [];
    const lock: TagFunction = {
      ...noteTag("lock", 0, notes),
      parse: (input, context) => context.mapping(input.value as Mapping, input.path),
      process(parsed, context) {
        context.scope.defer(() => void notes.push("released"));
        if (context.pipeData.taken !== true) return { kind: "nothing" };
        return { kind: "instead", mapping: parsed as Parameters<typeof processMapping>[0] };
      },
    };
    const text = "a: 1\nlock: {b: 2}\nif fail < []: {}\n";
    const run = async (pipeData: Mapping) => process(text, pipeData, [lock]);
    expect(await run({})).toEqual({ a: 1 });
    expect(await run({ taken: true })).toEqual({ b: 2 });
    await expect(run({ fail: 1 })).rejects.toThrow("cannot compare");
    expect(notes).toEqual(["released", "released", "released"]);
  });

  test("tags are reported when somebody watches, with place and value", async () => {
    const checked = unwrap(check("a: 1\nif a is not set:\n  b: 2\n"));
    const events = new Events();
    const seen: Happening[] = [];
    events.on((one) => seen.push(one));
    await processBlock(checked, { events });
    expect(seen).toMatchObject([
      {
        type: "tag:processed",
        tag: "if a is not set",
        place: { file: "demo.yaml", line: 2, column: 1 },
        input: { b: 2 },
        value: { b: 2 },
      },
    ]);
  });

  test("nothing is processed after a stop", async () => {
    const stop = new AbortController();
    stop.abort(new Error("stopped"));
    await expect(processBlock(unwrap(check("a: 1")), { signal: stop.signal })).rejects.toThrow("stopped");
  });

  test.each(["__proto__", "constructor", "then", "toString", "length"])(
    "a key %s is data in results",
    async (key) => {
      const result = await process(
        `${key}: {polluted: true}\nset ${key}: {polluted: 1}\nif ${key}.polluted: {c: {${key}: 1}}`,
      );
      const hidden = key.startsWith("__");
      expect(Object.keys(result as object)).toEqual(hidden ? ["c"] : [key, "c"]);
      expect(({} as { polluted?: unknown }).polluted).toBe(undefined);
    },
  );
});
