/**
 * What flows between blocks, steps and scripts: YAML's (and JSON's) values.
 * Mappings come from outside, so their keys are never trusted: read with `getKey`, write with `setKey`.
 */
export type Plain = string | number | bigint | boolean | null | Plain[] | Mapping;

export interface Mapping {
  [key: string]: Plain;
}

export function emptyMapping(): Mapping {
  return Object.create(null) as Mapping;
}

export function isMapping(value: unknown): value is Mapping {
  if (typeof value !== "object" || value === null) return false;
  const prototype = Object.getPrototypeOf(value) as object | null;
  if (prototype === null || prototype === Object.prototype) return true;
  // An object of another realm (a worker, a vm context) has that realm's Object.prototype.
  return (
    !Array.isArray(value) &&
    Object.getPrototypeOf(prototype) === null &&
    Object.hasOwn(prototype, "isPrototypeOf")
  );
}

/** The value of an own key; inherited names such as `constructor` are unset. */
export function getKey(mapping: Mapping, key: string): Plain | undefined {
  return Object.hasOwn(mapping, key) ? mapping[key] : undefined;
}

/** Sets an own key; `__proto__` becomes plain data and never changes the object's prototype. */
export function setKey(mapping: Mapping, key: string, value: Plain): void {
  if (key === "__proto__") {
    Object.defineProperty(mapping, key, { value, enumerable: true, configurable: true, writable: true });
  } else {
    mapping[key] = value;
  }
}

/** Copies the keys of `from` over those of `into` (shallow). */
export function mergeInto(into: Mapping, from: Mapping): void {
  for (const key of Object.keys(from)) {
    const value = from[key];
    if (value !== undefined) setKey(into, key, value);
  }
}

/** A deep copy with null-prototype mappings. */
export function copyPlain<T extends Plain>(value: T): T;
export function copyPlain(value: Plain): Plain {
  if (Array.isArray(value)) return value.map((item) => copyPlain(item));
  if (typeof value !== "object" || value === null) return value;
  const copy = emptyMapping();
  for (const key of Object.keys(value)) {
    const item = value[key];
    if (item !== undefined) setKey(copy, key, copyPlain(item));
  }
  return copy;
}

/** "a mapping", "a list", "text" …: for messages. */
export function kindOf(value: unknown): string {
  if (value === undefined) return "nothing";
  if (value === null) return "null";
  if (Array.isArray(value)) return "a list";
  if (isMapping(value)) return "a mapping";
  switch (typeof value) {
    case "string":
      return "text";
    case "number":
    case "bigint":
      return "a number";
    case "boolean":
      return "true or false";
    default:
      return `a ${typeof value}`;
  }
}
