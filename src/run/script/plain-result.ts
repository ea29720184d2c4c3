import type { Mapping, Plain } from "../../base/index.ts";

/** Deeper than this is a mistake, and too deep for everything that walks the data afterwards. */
const DEEPEST = 200;

/** Why a value is no plain data: one phrase that ends with where. */
export class NotPlain extends Error {}

/**
 * A copy of what a script returned, as plain data, or an error that names the first thing that is not.
 * A copy, because getters and proxies must be read exactly once, here, where they may still throw.
 * `undefined` is left out of mappings and is null in lists, as in JSON.
 */
export function plainMapping(value: unknown, maxBytes: number): Mapping {
  const budget = { left: maxBytes, max: maxBytes };
  if (value === null || typeof value !== "object" || !isPlainObject(value)) {
    throw new NotPlain(`${describe(value)}; a mapping is expected`);
  }
  return copyMapping(value, "", 0, budget);
}

interface Budget {
  left: number;
  readonly max: number;
}

function spend(budget: Budget, bytes: number): void {
  budget.left -= bytes;
  if (budget.left < 0) throw new NotPlain(`more than ${formatSize(budget.max)}, the limit for one result`);
}

function copy(value: unknown, at: string, depth: number, budget: Budget): Plain {
  switch (typeof value) {
    case "string":
      spend(budget, value.length + 8);
      return value;
    case "number":
    case "boolean":
    case "bigint":
      spend(budget, 8);
      return value;
    case "object":
      if (value === null) return value;
      if (Array.isArray(value)) return copyList(value, at, depth, budget);
      if (isPlainObject(value)) return copyMapping(value, at, depth, budget);
  }
  throw new NotPlain(`${describe(value)} at "${at}"; only plain data can be returned`);
}

function copyMapping(value: object, at: string, depth: number, budget: Budget): Mapping {
  if (depth > DEEPEST) throw tooDeep(at);
  const result: Mapping = {};
  for (const key of Object.keys(value)) {
    const item = read(value, key, at);
    if (item === undefined) continue;
    spend(budget, key.length + 8);
    const plain = isSimple(item) ? item : copy(item, join(at, key), depth + 1, budget);
    if (key === "__proto__") {
      Object.defineProperty(result, key, {
        value: plain,
        enumerable: true,
        configurable: true,
        writable: true,
      });
    } else result[key] = plain;
  }
  return result;
}

function copyList(value: readonly unknown[], at: string, depth: number, budget: Budget): Plain[] {
  if (depth > DEEPEST) throw tooDeep(at);
  spend(budget, value.length * 8);
  const result: Plain[] = [];
  for (let index = 0; index < value.length; index++) {
    const item = value[index];
    result.push(item === undefined ? null : copy(item, join(at, String(index)), depth + 1, budget));
  }
  return result;
}

function isSimple(value: unknown): value is number | boolean | null {
  return typeof value === "number" || typeof value === "boolean" || value === null;
}

function read(value: object, key: string, at: string): unknown {
  try {
    return (value as Record<string, unknown>)[key];
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new NotPlain(`a value at "${join(at, key)}" that throws when it is read (${why})`);
  }
}

/** Null prototype, or the `Object.prototype` of any realm. */
function isPlainObject(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype === null || prototype === Object.prototype) return true;
  return (
    typeof prototype === "object" &&
    Object.getPrototypeOf(prototype) === null &&
    Object.hasOwn(prototype, "isPrototypeOf")
  );
}

function tooDeep(at: string): NotPlain {
  return new NotPlain(
    `data nested deeper than ${DEEPEST} levels, or a cycle, at "${at.length > 60 ? `${at.slice(0, 60)}…` : at}"`,
  );
}

function join(at: string, key: string): string {
  return at === "" ? key : `${at}.${key}`;
}

export function describe(value: unknown): string {
  if (value === undefined) return "nothing";
  if (value === null) return "null";
  if (Array.isArray(value)) return "a list";
  switch (typeof value) {
    case "string":
      return "text";
    case "number":
    case "bigint":
      return "a number";
    case "boolean":
      return String(value);
    case "object": {
      const name: unknown = className(value);
      return typeof name === "string" && name !== "" ? `an object of class ${name}` : "an object of a class";
    }
    default:
      return `a ${typeof value}`;
  }
}

function className(value: object): unknown {
  try {
    return (value as { constructor?: { name?: unknown } }).constructor?.name;
  } catch {
    return undefined;
  }
}

function formatSize(bytes: number): string {
  return bytes >= 1024 * 1024
    ? `${Math.round(bytes / 1024 / 1024)} MiB`
    : `${Math.max(1, Math.round(bytes / 1024))} KiB`;
}
