import type { Plain } from "../../base/index.ts";

let nextPart = 1;
const numbers = new WeakMap<object, number>();
const seenOnce = new WeakSet<object>();
const environments: Readonly<Record<string, string>>[] = [];
const MOST_ENVIRONMENTS = 8;

/**
 * Values that many calls share (the block, the arguments, the environment) are sent to a worker once, under a
 * number. Told apart by identity, as they never change.
 */
export function partNumber(value: object): number {
  let number = numbers.get(value);
  if (number === undefined) {
    number = nextPart++;
    numbers.set(value, number);
  }
  return number;
}

/** A value that is used for the second time is worth a part; one that comes with every request anew is not. */
export function isWorthAPart(value: object): boolean {
  if (numbers.has(value) || seenOnce.has(value)) return true;
  seenOnce.add(value);
  return false;
}

/** Environments are put together anew for each run, mostly with the same contents: the equal one that is known. */
export function knownEnvironment(env: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  if (numbers.has(env)) return env;
  const known = environments.find((one) => sameRecord(one, env));
  if (known !== undefined) return known;
  if (environments.push(env) > MOST_ENVIRONMENTS) environments.shift();
  return env;
}

function sameRecord(a: Readonly<Record<string, string>>, b: Readonly<Record<string, string>>): boolean {
  let count = 0;
  for (const key in a) {
    if (a[key] !== b[key]) return false;
    count++;
  }
  return count === Object.keys(b).length;
}

export function isEmpty(value: Readonly<Record<string, Plain>>): boolean {
  for (const _ in value) return false;
  return true;
}
