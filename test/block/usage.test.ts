import { describe, expect, test } from "vitest";
import { unwrap } from "../../src/base/index.ts";
import { parseCommandLine, usageText } from "../../src/block/index.ts";
import { check, shown } from "./block-of.ts";

const text = `
__usage:
  name: ping
  author: Jo
  website: https://example.org
  info: Measures round trips.
  grace: 1m
  args:
    - {name: host, info: Whom to ask., required: true}
    - {name: more, remaining: true}
  options:
    count: {letter: c, type: number, info: How many., default: 3}
    quiet: {letter: q, type: flag}
    to: {letter: t, info: Where results go.}
`;
const usage = unwrap(check(text)).usage;
const plain = unwrap(check("a: 1")).usage;

function line(...argv: string[]) {
  const result = parseCommandLine(usage, argv);
  return result.ok ? JSON.parse(JSON.stringify(result.value.inputData)) : shown(result.problems);
}

describe("the command line of a block", () => {
  test("arguments and options become its first pipe data", () => {
    expect(line("a")).toEqual({ args: ["a"], host: "a", more: [], count: 3, quiet: false });
    expect(line("-qc", "5", "a", "--to=x", "b", "--", "--c")).toEqual({
      args: ["a", "b", "--c"],
      host: "a",
      more: ["b", "--c"],
      count: 5,
      quiet: true,
      to: "x",
    });
    expect(line("a", "-c-2", "--no-quiet", "-t", "-")).toMatchObject({ count: -2, quiet: false, to: "-" });
    expect(line("a", "--count", "-5")).toMatchObject({ count: -5 });
  });

  test.each([
    [[], "error: argument host is missing"],
    [
      ["a", "--cuont", "5"],
      'error: unknown option "--cuont" — did you mean "--count"?\n  = known: --count, --quiet, --to',
    ],
    [["a", "-x"], 'error: unknown option "-x"'],
    [["a", "--count"], 'error: option "--count" needs a number'],
    [["a", "--count", "many"], 'error: option "--count" needs a number, not "many"'],
    [["a", "-t", "-q"], 'error: option "-t" needs a value'],
    [["a", "--quiet=5"], 'error: option "--quiet" takes no value, not "5"'],
  ])("%j: %s", (argv, expected) => {
    expect(line(...argv)).toBe(expected);
  });

  test("an argument too many is an error", () => {
    const one = unwrap(check("__usage: {args: [host]}")).usage;
    const result = parseCommandLine(one, ["a", "b"]);
    expect(result.ok ? "" : shown(result.problems)).toBe('error: unexpected argument "b"');
  });

  test("without __usage every option is taken", () => {
    const result = unwrap(
      parseCommandLine(plain, ["--n", "5", "x", "7", "--flag", "--v=1.10", "--id", "007", "--", "--y"]),
    );
    expect(result.inputData).toEqual({ args: ["x", 7, "--y"], n: 5, flag: true, v: "1.10", id: "007" });
    expect(result.args).toEqual(["x", 7, "--y"]);
  });

  test("names that objects have are only data", () => {
    const result = unwrap(parseCommandLine(plain, ["--__proto__", "5", "--constructor", "x"]));
    expect(Object.keys(result.options)).toEqual(["__proto__", "constructor"]);
    expect(Object.getPrototypeOf(result.options)).toBe(null);
  });

  test("--help shows name, info and what can be given", () => {
    expect(usageText(usage, "ping.yaml")).toBe(`ping — Measures round trips.
by Jo, https://example.org

Usage: procblock ping.yaml [options] host [more…]

Arguments:
  host  Whom to ask.
  more

Options:
  -c, --count NUMBER  How many. (default: 3)
  -q, --quiet
  -t, --to VALUE      Where results go.
`);
    expect(usageText(plain, "demo.yaml")).toBe(
      "demo\n\nUsage: procblock demo.yaml [--KEY VALUE]… [ARGUMENT]…\n",
    );
  });

  test("what is not given has its default", () => {
    expect(plain).toMatchObject({
      name: "demo",
      space: "demo",
      grace: 10,
      declared: false,
      longrunning: false,
    });
    expect(usage).toMatchObject({ name: "ping", space: "ping", grace: 60, declared: true });
  });
});
