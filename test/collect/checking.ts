import { isPathError, type Mapping, parsePath, type Seconds } from "../../src/base/index.ts";
import type { CheckContext, TreePath } from "../../src/block/index.ts";
import { type CollectDefinition, parseCollect } from "../../src/run/collect/index.ts";

export interface Reported {
  readonly code: string;
  readonly message: string;
  /** Path and part: `fields.random.max value`. */
  readonly at: string;
  readonly notes: readonly string[];
  readonly severity: "error" | "warning";
}

/** Parses as a loaded file's step would, and keeps what is reported. */
export function check(
  value: Mapping,
  more: { readonly dir?: string; readonly stepInterval?: number | undefined } = {},
): { definition: CollectDefinition | undefined; reported: Reported[] } {
  const reported: Reported[] = [];
  const report: CheckContext["report"] = (code, message, { path, part, notes, severity }) => {
    const at = `${path.join(".")} ${part ?? "value"}`;
    reported.push({ code, message, at, notes: notes ?? [], severity: severity ?? "error" });
  };
  const unused = () => {
    throw new Error("not used by collect");
  };
  const context: CheckContext = {
    file: "block.yaml",
    dir: more.dir ?? "/blocks",
    places: { at: () => undefined, inside: () => undefined },
    report,
    place: () => undefined,
    condition: unused,
    dataPath(text, { path, part, offset }) {
      const parsed = parsePath(text);
      if (!isPathError(parsed)) return parsed;
      report("wrong-path", parsed.message, { path, part, offset: offset + parsed.offset });
      return undefined;
    },
    mapping: unused,
    value: unused,
    loadBlock: unused,
  };
  const top: TreePath = [];
  const interval = "stepInterval" in more ? more.stepInterval : 5;
  const definition = parseCollect(value, top, context, interval as Seconds | undefined);
  return { definition, reported };
}

/** A definition that must be right. */
export function definitionOf(value: Mapping, more: Parameters<typeof check>[1] = {}): CollectDefinition {
  const { definition, reported } = check(value, more);
  if (definition === undefined) throw new Error(JSON.stringify(reported));
  return definition;
}
