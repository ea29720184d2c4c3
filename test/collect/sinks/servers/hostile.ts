import type { Point, SinkSeries } from "../../../../src/run/collect/sinks/sink.ts";

const words = [
  "plain",
  "with blank",
  "with,comma",
  "a=b",
  'quote"d',
  "back\\slash",
  "trailing\\",
  "line\nend\r\n",
  "é😀",
  "#comment",
  "a.b/c",
  "..",
  "{x}=~;|",
  "time",
  "_field",
  "__name__",
  "9digit",
  "-dash",
  "\u2028\u0000x",
  "x".repeat(300),
];

/** One point each with a name, a tag's name and a tag's value that a store may take for something else. */
export function hostilePoints(from: number): readonly Point[] {
  return words.map((word, index) => {
    const series: SinkSeries = {
      name: `h${index}${word}`,
      tags: [
        [word, word],
        ["index", String(index)],
      ].toSorted(([a = ""], [b = ""]) => (a < b ? -1 : 1)) as [string, string][],
      fields: [{ name: "v", type: "GAUGE" }],
    };
    return { time: from, series, values: [index + 0.5] };
  });
}

/** Values that are hard to write down, and what they are as doubles. */
export const hardValues = [
  0,
  -0.1,
  1e21,
  1e-7,
  5e-324,
  1.7976931348623157e308,
  2 ** 53,
  12345678901234567890n,
  -1n,
];

export function hardPoints(from: number): readonly Point[] {
  const series: SinkSeries = { name: "hard", tags: [], fields: [{ name: "v", type: "GAUGE" }] };
  return hardValues.map((value, index) => ({ time: from + index, series, values: [value] }));
}
