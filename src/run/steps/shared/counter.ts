import { kindOf, type Plain } from "../../../base/index.ts";
import { SharedError, type Space } from "../../../unidist/index.ts";
import { type Action, nothing, type Operation } from "./operation.ts";

type Change = (counter: ReturnType<Space["counter"]>, amount: bigint) => Promise<bigint | typeof nothing>;

/** `counter: NAME` with one of these. Numbers above 2^53 come as bigint. */
export const counterOperations: Readonly<Record<string, Operation>> = {
  get: {
    parse: (reading, key): Action | undefined =>
      reading.yes(key) ? async (space, name) => plainNumber(await space.counter(name).get()) : undefined,
  },
  increment: changing((counter, amount) => counter.increment(amount)),
  decrement: changing((counter, amount) => counter.increment(-amount)),
  "get increment": changing((counter, amount) => counter.getIncrement(amount)),
  "get set": changing((counter, amount) => counter.getSet(amount)),
  set: changing(async (counter, amount) => {
    await counter.set(amount);
    return nothing;
  }),
};

function changing(change: Change): Operation {
  return {
    parse(reading, key) {
      const value = reading.value(key);
      if (value === undefined) return undefined;
      return async (space, name, { pipeData }) => {
        const after = await change(space.counter(name), wholeNumber(value(pipeData)));
        return after === nothing ? nothing : plainNumber(after as bigint);
      };
    },
  };
}

function wholeNumber(value: Plain): bigint {
  if (typeof value === "bigint") return value;
  if (typeof value === "number" && Number.isSafeInteger(value)) return BigInt(value);
  if (typeof value === "string" && /^-?\d{1,20}$/.test(value)) return BigInt(value);
  const shown = typeof value === "number" || typeof value === "string" ? `"${value}"` : kindOf(value);
  throw new SharedError("bad-value", `a counter holds whole numbers, not ${shown}`);
}

function plainNumber(value: bigint): number | bigint {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}
