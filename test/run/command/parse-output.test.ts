import fc from "fast-check";
import { expect, test } from "vitest";
import { isMapping } from "../../../src/base/index.ts";
import { type OutputFormat, outputFormats, parseOutput } from "../../../src/run/command/index.ts";

function parse(format: OutputFormat, output: string): unknown {
  const outcome = parseOutput(format, output);
  return outcome.ok ? outcome.value : outcome.failure.message;
}

test.each<[OutputFormat, string, unknown]>([
  ["json", '{"a": 1, "b": [true, null]}', { a: 1, b: [true, null] }],
  ["json", "[1, 2]", { value: [1, 2] }],
  ["json", " 5\n", { value: 5 }],
  ["lines", "a\nb\r\n\nc", { lines: ["a", "b", "", "c"] }],
  ["lines", "", { lines: [] }],
  [
    "kv",
    "a=1\nb: two words\n# comment\n\nc = 'quoted'\nd 1.5\ne=007\nf=",
    { a: 1, b: "two words", c: "quoted", d: 1.5, e: "007", f: "" },
  ],
  [
    "csv",
    'name,size\n"a, ""b""",1\nc,2\n',
    {
      rows: [
        { name: 'a, "b"', size: 1 },
        { name: "c", size: 2 },
      ],
    },
  ],
  ["csv", 'a,b\r\n"line\nend",\r\n', { rows: [{ a: "line\nend", b: "" }] }],
  [
    "columns",
    "PID USER COMMAND\n  1 root /sbin/init splash\n22 me sh\n",
    {
      rows: [
        { PID: 1, USER: "root", COMMAND: "/sbin/init splash" },
        { PID: 22, USER: "me", COMMAND: "sh" },
      ],
    },
  ],
  ["columns", "a a\n1 2\n", { rows: [{ a: 1, a_2: 2 }] }],
  ["number", " 42.5 kB\n", { number: 42.5 }],
  ["number", "-1e3", { number: -1000 }],
])("%s: %j", (format, output, fields) => {
  expect(parse(format, output)).toEqual(fields);
});

test.each<[OutputFormat, string, string]>([
  ["json", "", "the command's output is not json: it is empty"],
  ["number", "", "the command's output is not a number: it is empty"],
  ["number", "NaN", `the command's output is not a number: "NaN" is no decimal number`],
  ["number", "0x10", `the command's output is not a number: "0x10" is no decimal number`],
  ["number", "1e999", "the command's output is not a number: 1e999 is too large"],
  ["kv", "a=1\nnonsense", "the command's output is not kv: line 2 has no name and value"],
  ["csv", "", "the command's output is not csv: it is empty; a first line with the names is expected"],
  ["csv", "a\n1,2", "the command's output is not csv: row 1 has 2 fields, the first line names 1"],
  ["csv", 'a\n"open', "the command's output is not csv: a quote in row 1 is not closed"],
  [
    "columns",
    " \n",
    "the command's output is not columns: it is empty; a first line with the names is expected",
  ],
])("%s of %j says what is wrong", (format, output, message) => {
  expect(parse(format, output)).toBe(message);
});

test("a failure shows how the output starts", () => {
  expect(parseOutput("json", "<html>")).toMatchObject({
    ok: false,
    failure: { kind: "parse-failed", notes: ['the output starts with "<html>"'] },
  });
});

test("hostile names are data without effect", () => {
  for (const [format, output] of [
    ["json", '{"__proto__": {"polluted": 1}, "constructor": 2}'],
    ["kv", "__proto__=1\nconstructor=2"],
    ["csv", "__proto__,constructor\n1,2"],
    ["columns", "__proto__ constructor\n1 2"],
  ] as const) {
    const outcome = parseOutput(format, output);
    expect(outcome.ok).toBe(true);
    expect(JSON.stringify(outcome)).toContain('"__proto__"');
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  }
});

test("any text gives a mapping or a failure, quickly", () => {
  const text = fc.oneof(
    fc.string({ unit: "binary", maxLength: 300 }),
    fc
      .array(fc.constantFrom('"', ",", "\n", "\r", "=", ":", " ", "a", "1", "{", "}", "[", "]", "\0", "\\"), {
        maxLength: 200,
      })
      .map((all) => all.join("")),
  );
  fc.assert(
    fc.property(fc.constantFrom(...outputFormats), text, (format, output) => {
      const outcome = parseOutput(format, output);
      if (outcome.ok) expect(isMapping(outcome.value)).toBe(true);
      else expect(outcome.failure.kind).toBe("parse-failed");
    }),
    { seed: 1, numRuns: 2000 },
  );
});

test("what is written as JSON or CSV is read back", () => {
  const cell = fc.string({ maxLength: 20 }).filter((text) => !/^\ufeff/.test(text));
  const written = (value: string) => `"${value.replaceAll('"', '""')}"`;
  fc.assert(
    fc.property(fc.array(fc.tuple(cell, cell), { minLength: 1, maxLength: 10 }), (rows) => {
      const csv = ["a,b", ...rows.map((row) => row.map((value) => written(`x${value}`)).join(","))].join(
        "\n",
      );
      expect(parse("csv", csv)).toEqual({ rows: rows.map(([a, b]) => ({ a: `x${a}`, b: `x${b}` })) });
    }),
    { seed: 1, numRuns: 300 },
  );
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 4 }), (value) => {
      const outcome = parseOutput("json", JSON.stringify(value));
      const found = outcome.ok ? (isMapping(value) ? outcome.value : outcome.value.value) : undefined;
      expect(JSON.stringify(found)).toBe(JSON.stringify(value));
    }),
    { seed: 1, numRuns: 500 },
  );
});

test.each<[OutputFormat, string]>([
  ["lines", "\n".repeat(1_000_000)],
  ["csv", `a\n${"1\n".repeat(300_000)}`],
  ["csv", "a,".repeat(100_000)],
  ["columns", "a ".repeat(100_000)],
  ["json", "[".repeat(100_000)],
  ["number", "1".repeat(100_000)],
])("%s of a megabyte of nonsense is refused", (format, output) => {
  expect(parseOutput(format, output).ok).toBe(false);
});
