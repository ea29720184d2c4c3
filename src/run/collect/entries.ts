import { isMapping, type Mapping, type Plain } from "../../base/index.ts";

/**
 * What `each` goes through: the entries of a mapping by key, of a list by index from 0. An entry that is no mapping is
 * `{value: entry}`. Undefined when there is nothing to go through.
 */
export function entriesOf(value: Plain | undefined): readonly (readonly [string, Mapping])[] | undefined {
  if (Array.isArray(value)) return value.map((entry, index) => [String(index), asMapping(entry)] as const);
  if (!isMapping(value)) return undefined;
  return Object.entries(value).map(([key, entry]) => [key, asMapping(entry)] as const);
}

function asMapping(entry: Plain): Mapping {
  return isMapping(entry) ? entry : { value: entry };
}
