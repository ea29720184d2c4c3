import { emptyMapping, type Mapping, type Plain, setKey } from "../../base/index.ts";
import type { OptionReader } from "./read-option.ts";

/** `as: NAME`: the result goes under NAME instead of being merged. */
export function parseAs(step: OptionReader): string | undefined {
  return step.text("as");
}

export function underName(name: string, value: Plain): Mapping {
  const named = emptyMapping();
  setKey(named, name, value);
  return named;
}
