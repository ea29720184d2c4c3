import { didYouMean, type Mapping } from "../../base/index.ts";
import type { CheckContext, TreePath } from "../../block/index.ts";

/** Reports keys that are none of `known`; true if there were any. */
export function reportUnknownKeys(
  what: string,
  raw: Mapping,
  known: readonly string[],
  path: TreePath,
  check: CheckContext,
): boolean {
  const unknown = Object.keys(raw).filter((key) => !known.includes(key));
  for (const key of unknown) {
    check.report("unknown-key", `unknown key "${key}" in ${what}${didYouMean(key, known)}`, {
      path: [...path, key],
      part: "key",
      notes: [`known: ${known.join(", ")}`],
    });
  }
  return unknown.length > 0;
}
