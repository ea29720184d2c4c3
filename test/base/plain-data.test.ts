import { createContext, runInContext } from "node:vm";
import { describe, expect, test } from "vitest";
import {
  copyPlain,
  emptyMapping,
  getKey,
  isMapping,
  kindOf,
  type Mapping,
  mergeInto,
  setKey,
} from "../../src/base/index.ts";

describe("mappings", () => {
  test("a key named __proto__ is data and pollutes nothing", () => {
    const from = JSON.parse('{"__proto__": {"polluted": 1}, "constructor": 2}') as Mapping;
    const into: Mapping = {};
    mergeInto(into, from);
    const copy = copyPlain(into);
    expect(getKey(copy, "__proto__")).toEqual({ polluted: 1 });
    expect(getKey(copy, "constructor")).toBe(2);
    expect(Object.hasOwn(Object.prototype, "polluted")).toBe(false);
    expect((copy as { polluted?: unknown }).polluted).toBeUndefined();
  });

  test("inherited names are unset", () => {
    expect(getKey({}, "toString")).toBeUndefined();
    expect(getKey(emptyMapping(), "hasOwnProperty")).toBeUndefined();
  });

  test("a copy shares nothing with what it was made from", () => {
    const source: Mapping = { list: [{ deep: 1 }] };
    const copy = copyPlain(source);
    setKey((copy.list as Mapping[])[0] as Mapping, "deep", 2);
    expect(source).toEqual({ list: [{ deep: 1 }] });
  });

  test("plain objects of another realm are mappings; instances of classes are not", () => {
    expect(isMapping(runInContext("({a: 1})", createContext({})))).toBe(true);
    expect(isMapping(new Map())).toBe(false);
    expect(isMapping(new (class Thing {})())).toBe(false);
    expect(isMapping([])).toBe(false);
    expect(isMapping(null)).toBe(false);
  });

  test("kinds are named for people", () => {
    expect([undefined, null, [], {}, "x", 1, 1n, true, () => 0].map(kindOf)).toEqual([
      "nothing",
      "null",
      "a list",
      "a mapping",
      "text",
      "a number",
      "a number",
      "true or false",
      "a function",
    ]);
  });
});
