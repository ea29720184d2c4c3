/** A word of RPN, or a name whose column (or the row of it before) stands there. */
export type RpnWord = string | { readonly name: string; readonly previous?: true };

export interface ExpressionFunction {
  readonly least: number;
  readonly most: number;
  /** What it takes, for messages: `a field and a time`. */
  readonly takes: string;
  readonly words: (values: readonly (readonly RpnWord[])[]) => readonly RpnWord[];
  /** The first value must be a name alone, because the function looks at more of it than one row. */
  readonly ofName?: boolean;
  /** The second value is a time, longer than 0. */
  readonly ofTime?: boolean;
}

const anyNumber = Number.POSITIVE_INFINITY;
const one = { least: 1, most: 1, takes: "one value" } as const;
const two = { least: 2, most: 2, takes: "two values" } as const;
const none = { least: 0, most: 0, takes: "no value" } as const;

/** What formulas can call, as RPN. */
export const expressionFunctions: Readonly<Record<string, ExpressionFunction>> = {
  abs: behind("ABS"),
  sqrt: behind("SQRT"),
  log: behind("LOG"),
  exp: behind("EXP"),
  sin: behind("SIN"),
  cos: behind("COS"),
  floor: behind("FLOOR"),
  ceil: behind("CEIL"),
  round: { ...one, words: ([value = []]) => [...value, "0.5", "+", "FLOOR"] },
  pow: { ...two, words: (values) => [...values.flat(), "POW"] },
  min: { least: 1, most: anyNumber, takes: "values", words: (values) => chain(values, "MIN") },
  max: { least: 1, most: anyNumber, takes: "values", words: (values) => chain(values, "MAX") },
  average: {
    least: 1,
    most: anyNumber,
    takes: "values",
    words: (values) => [...values.flat(), String(values.length), "AVG"],
  },
  median: {
    least: 1,
    most: anyNumber,
    takes: "values",
    words: (values) => [...values.flat(), String(values.length), "MEDIAN"],
  },
  if: {
    least: 3,
    most: 3,
    takes: "a condition and two values",
    words: (values) => [...values.flat(), "IF"],
  },
  limit: {
    least: 3,
    most: 3,
    takes: "a value, the least and the greatest",
    words: (values) => [...values.flat(), "LIMIT"],
  },
  known: { ...one, words: ([value = []]) => [...value, "UN", "0", "EQ"] },
  default: { ...two, words: ([value = [], other = []]) => [...value, "UN", ...other, ...value, "IF"] },
  trend: {
    least: 2,
    most: 2,
    takes: "a field and a time",
    ofName: true,
    ofTime: true,
    words: (values) => [...values.flat(), "TRENDNAN"],
  },
  previous: {
    ...one,
    takes: "a field",
    ofName: true,
    words: ([value = []]) =>
      value.map((word) => (typeof word === "string" ? word : { ...word, previous: true })),
  },
  // A row is of the time it covers, and it ends where the next one starts.
  time: { ...none, words: () => ["TIME"] },
  hour: { ...none, words: () => ["LTIME", "1", "-", "86400", "%", "3600", "/", "FLOOR"] },
  // The first of January 1970 was a Thursday; Sunday is 0.
  weekday: { ...none, words: () => ["LTIME", "1", "-", "86400", "/", "FLOOR", "4", "+", "7", "%"] },
};

function behind(word: string): ExpressionFunction {
  return { ...one, words: ([value = []]) => [...value, word] };
}

function chain(values: readonly (readonly RpnWord[])[], word: string): RpnWord[] {
  return values.flatMap((value, index) => (index === 0 ? value : [...value, word]));
}
