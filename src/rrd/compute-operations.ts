/** What an expression sees besides its stack. */
export interface ComputeContext {
  /** Epoch seconds. */
  readonly now: () => number;
}

export interface ComputeOperation {
  readonly name: string;
  /** Numbers taken from the stack, at least. */
  readonly takes: number;
  /** undefined: rrdtool refuses the operation in a data source. */
  readonly run: ((stack: number[], context: ComputeContext) => void) | undefined;
}

/** An expression that cannot be evaluated, in rrdtool's words. */
export class ComputeFault extends Error {}

const UNKNOWN = Number.NaN;
const bit = (value: boolean) => (value ? 1 : 0);

function pop(stack: number[]): number {
  const value = stack.pop();
  if (value === undefined) throw new ComputeFault("RPN stack underflow");
  return value;
}

/** The topmost numbers, as many as the number above them says. */
function popSlice(stack: number[]): number[] {
  const count = Math.trunc(pop(stack));
  if (Number.isNaN(count) || count > stack.length) throw new ComputeFault("RPN stack underflow");
  return count > 0 ? stack.splice(stack.length - count, count) : [];
}

const known = (values: readonly number[]) => values.filter((value) => !Number.isNaN(value));

/**
 * rrdtool's order: unknowns are lowest, and an infinity on the right is compared the wrong way round. With such a rule
 * the result hangs on the way of sorting, so it is C's: merge the sorted halves, the left one first when equal.
 */
function ascending(values: readonly number[]): number[] {
  if (values.length < 2) return [...values];
  const middle = values.length >> 1;
  const left = ascending(values.slice(0, middle));
  const right = ascending(values.slice(middle));
  const merged: number[] = [];
  let i = 0;
  let j = 0;
  while (i < left.length && j < right.length)
    merged.push(isAbove(left[i] ?? 0, right[j] ?? 0) ? (right[j++] ?? 0) : (left[i++] ?? 0));
  return [...merged, ...left.slice(i), ...right.slice(j)];
}

function isAbove(a: number, b: number): boolean {
  if (Number.isNaN(a)) return false;
  if (Number.isNaN(b)) return true;
  if (Math.abs(a) === Number.POSITIVE_INFINITY) return a > 0;
  if (Math.abs(b) === Number.POSITIVE_INFINITY) return b > 0;
  return a > b;
}

/** From the top of the stack down: the order decides the last bit. */
const sum = (values: readonly number[]) => values.reduceRight((total, value) => total + value, 0);

function push(name: string, value: (context: ComputeContext, stack: number[]) => number): ComputeOperation {
  return { name, takes: 0, run: (stack, context) => stack.push(value(context, stack)) };
}

function unary(name: string, value: (x: number) => number): ComputeOperation {
  return { name, takes: 1, run: (stack) => stack.push(value(pop(stack))) };
}

function binary(name: string, value: (a: number, b: number) => number): ComputeOperation {
  const run = (stack: number[]) => {
    const b = pop(stack);
    stack.push(value(pop(stack), b));
  };
  return { name, takes: 2, run };
}

/** Unknown if either side is. */
function strict(name: string, value: (a: number, b: number) => number): ComputeOperation {
  return binary(name, (a, b) => (Number.isNaN(a) || Number.isNaN(b) ? UNKNOWN : value(a, b)));
}

/** The known side if only one is known. */
function lenient(name: string, value: (a: number, b: number) => number): ComputeOperation {
  return binary(name, (a, b) => (Number.isNaN(a) ? b : Number.isNaN(b) ? a : value(a, b)));
}

function ofSlice(name: string, value: (values: number[]) => number): ComputeOperation {
  return { name, takes: 1, run: (stack) => stack.push(value(popSlice(stack))) };
}

function reorder(name: string, order: (values: number[]) => number[]): ComputeOperation {
  return { name, takes: 1, run: (stack) => stack.push(...order(popSlice(stack))) };
}

function refused(name: string): ComputeOperation {
  return { name, takes: 0, run: undefined };
}

/** Number, variable and end are told apart by whoever runs the expression. */
const marker = (name: string): ComputeOperation => ({ name, takes: 0, run: () => {} });

/**
 * What rrdtool really does: instead of the topmost numbers it turns the topmost one, the count, the shift and, for more
 * than three, whatever memory holds behind them (unknown here), in this order from top to bottom.
 */
function roll(stack: number[]): void {
  const shift = pop(stack);
  const count = pop(stack);
  const size = Math.trunc(count);
  if (Number.isNaN(size) || size > stack.length) throw new ComputeFault("RPN stack underflow");
  if (size < 1) return;
  const turned = [stack.at(-1) ?? UNKNOWN, count, shift];
  const base = Array.from({ length: size }, (_, index) => turned[size - 1 - index] ?? UNKNOWN);
  const by = ((Math.trunc(shift) % size) + size) % size;
  stack.splice(stack.length - size, size, ...base.slice(size - by), ...base.slice(0, size - by));
}

/** Of a sample, by Welford's running mean, from the top of the stack down. */
function standardDeviation(values: readonly number[]): number {
  let count = 0;
  let mean = 0;
  let squares = 0;
  for (const value of known(values).reverse()) {
    count++;
    const distance = value - mean;
    mean += distance / count;
    squares += distance * (value - mean);
  }
  return count < 2 ? UNKNOWN : Math.sqrt(squares / (count - 1));
}

/** In the order of their codes in the file. */
export const computeOperations: readonly ComputeOperation[] = [
  marker("NUMBER"),
  marker("VARIABLE"),
  push("INF", () => Number.POSITIVE_INFINITY),
  refused("PREV"),
  push("NEGINF", () => Number.NEGATIVE_INFINITY),
  push("UNKN", () => UNKNOWN),
  push("NOW", ({ now }) => Math.floor(now())),
  refused("TIME"),
  binary("+", (a, b) => a + b),
  binary("%", (a, b) => a % b),
  binary("-", (a, b) => a - b),
  binary("*", (a, b) => a * b),
  binary("/", (a, b) => a / b),
  unary("SIN", Math.sin),
  {
    name: "DUP",
    takes: 1,
    run: (stack) => {
      const value = pop(stack);
      stack.push(value, value);
    },
  },
  {
    name: "EXC",
    takes: 2,
    run: (stack) => {
      const b = pop(stack);
      stack.push(b, pop(stack));
    },
  },
  { name: "POP", takes: 1, run: (stack) => void pop(stack) },
  unary("COS", Math.cos),
  unary("LOG", Math.log),
  unary("EXP", Math.exp),
  strict("LT", (a, b) => bit(a < b)),
  strict("LE", (a, b) => bit(a <= b)),
  strict("GT", (a, b) => bit(a > b)),
  strict("GE", (a, b) => bit(a >= b)),
  strict("EQ", (a, b) => bit(a === b)),
  {
    name: "IF",
    takes: 3,
    run: (stack) => {
      const otherwise = pop(stack);
      const value = pop(stack);
      const condition = pop(stack);
      stack.push(Number.isNaN(condition) || condition === 0 ? otherwise : value);
    },
  },
  strict("MIN", (a, b) => (a > b ? b : a)),
  strict("MAX", (a, b) => (a < b ? b : a)),
  {
    name: "LIMIT",
    takes: 3,
    run: (stack) => {
      const high = pop(stack);
      const low = pop(stack);
      const value = pop(stack);
      stack.push(value >= low && value <= high ? value : UNKNOWN);
    },
  },
  unary("FLOOR", Math.floor),
  unary("CEIL", Math.ceil),
  unary("UN", (x) => bit(Number.isNaN(x))),
  marker("END"),
  refused("LTIME"),
  strict("NE", (a, b) => bit(a !== b)),
  unary("ISINF", (x) => bit(Math.abs(x) === Number.POSITIVE_INFINITY)),
  marker("PREV()"),
  refused("COUNT"),
  unary("ATAN", Math.atan),
  unary("SQRT", Math.sqrt),
  reorder("SORT", ascending),
  reorder("REV", (values) => values.reverse()),
  refused("TREND"),
  refused("TRENDNAN"),
  binary("ATAN2", Math.atan2),
  // Short constants rather than pi: rrdtool's.
  unary("RAD2DEG", (x) => 57.29577951 * x),
  unary("DEG2RAD", (x) => 0.0174532952 * x),
  refused("PREDICT"),
  refused("PREDICTSIGMA"),
  ofSlice("AVG", (values) => {
    const some = known(values);
    return sum(some) / some.length;
  }),
  unary("ABS", Math.abs),
  lenient("ADDNAN", (a, b) => a + b),
  lenient("MINNAN", (a, b) => (a > b ? b : a)),
  lenient("MAXNAN", (a, b) => (a < b ? b : a)),
  ofSlice("MEDIAN", (values) => {
    const some = ascending(known(values));
    const middle = some.length >> 1;
    const upper = some[middle] ?? UNKNOWN;
    return some.length % 2 === 1 ? upper : ((some[middle - 1] ?? UNKNOWN) + upper) / 2;
  }),
  refused("PREDICTPERC"),
  push("DEPTH", (_context, stack) => stack.length),
  {
    name: "COPY",
    takes: 1,
    run: (stack) => {
      const values = popSlice(stack);
      stack.push(...values, ...values);
    },
  },
  { name: "ROLL", takes: 2, run: roll },
  {
    name: "INDEX",
    takes: 1,
    run: (stack) => {
      const index = Math.trunc(pop(stack));
      // Index 0 reads the slot that the index itself was in.
      const value = index === 0 ? 0 : stack.at(-index);
      if (!(index >= 0) || value === undefined) throw new ComputeFault("RPN stack underflow");
      stack.push(value);
    },
  },
  refused("STEPWIDTH"),
  refused("NEWDAY"),
  refused("NEWWEEK"),
  refused("NEWMONTH"),
  refused("NEWYEAR"),
  ofSlice("SMIN", (values) =>
    known(values).reduce((least, value) => (value < least ? value : least), known(values)[0] ?? UNKNOWN),
  ),
  ofSlice("SMAX", (values) =>
    known(values).reduce((most, value) => (value > most ? value : most), known(values)[0] ?? UNKNOWN),
  ),
  ofSlice("STDEV", standardDeviation),
  {
    name: "PERCENT",
    takes: 2,
    run: (stack) => {
      const count = Math.trunc(pop(stack));
      const percent = pop(stack);
      stack.push(count);
      const values = popSlice(stack);
      const rank = Math.round((percent * values.length) / 100);
      // Rank 0 lies below the slice, and rrdtool reads what is there.
      const value = rank === 0 ? stack.at(-1) : ascending(values)[rank - 1];
      stack.push(value ?? UNKNOWN);
    },
  },
  binary("POW", (a, b) => a ** b),
  unary("ROUND", (x) => Math.sign(x) * Math.round(Math.abs(x))),
];
