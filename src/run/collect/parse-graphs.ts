import { isMapping, type Plain, type Seconds } from "../../base/index.ts";
import { type GraphDefinition, parseGraph } from "../../graph/index.ts";
import type { CollectGraph } from "./definition.ts";
import { type PathTemplate, parsePathTemplate } from "./path-template.ts";
import { type Reader, shown } from "./reader.ts";

/** A graph without `interval` is not drawn more often than this. */
const quickestDefault = 10;

/** `graph`: one mapping or a list of them, read by the graph room; what it finds is reported where it stands. */
export function parseGraphs(
  read: Reader,
  known: readonly string[] | undefined,
  step: number | undefined,
): readonly CollectGraph[] {
  const value = read.get("graph");
  if (value === undefined || value === null) return [];
  const list: readonly Plain[] = Array.isArray(value) ? value : [value];
  const graphs: CollectGraph[] = [];
  for (const [index, item] of list.entries()) {
    const at = Array.isArray(value) ? read.at("graph", index) : read.at("graph");
    if (!isMapping(item)) {
      read.wrongAt(at, `a graph must be a mapping such as {path: simplest.png}, not ${shown(item)}`);
      continue;
    }
    const defaultInterval = Math.max(step ?? 0, quickestDefault) as Seconds;
    const { definition, issues } = parseGraph(item, { knownFields: known, defaultInterval });
    for (const issue of issues) {
      const { code, message, part } = issue;
      read.check.report(code, message, { path: [...at, ...issue.path], part, notes: issue.notes ?? [] });
      read.fail();
    }
    if (definition === undefined) continue;
    const graph = templates(read, at, definition);
    const twice = graphs.some((other) => other.definition.path === definition.path);
    if (twice) read.wrongAt([...at, "path"], `another graph is drawn to "${definition.path}" already`);
    else if (graph !== undefined) graphs.push(graph);
  }
  return graphs;
}

function templates(
  read: Reader,
  at: readonly (string | number)[],
  definition: GraphDefinition,
): CollectGraph | undefined {
  const each = read.has("each");
  const file = parsePathTemplate(definition.path, ["period"]);
  if (typeof file === "string") return read.wrongAt([...at, "path"], file);
  const title = parsePathTemplate(definition.title, ["period"]);
  if (typeof title === "string") return read.wrongAt([...at, "title"], title);
  if (each && file.names.length === 0) {
    const better = definition.path.replace(/(\.\w+)$/, "-{{key}}$1");
    return read.wrongAt(
      [...at, "path"],
      '"path" needs {{key}} in it, because "each" draws one picture per entry',
      `write ${better}`,
    );
  }
  if (!each) {
    const [key, template]: [string, PathTemplate] = file.names.length > 0 ? ["path", file] : ["title", title];
    const name = template.names[0];
    if (name !== undefined) return read.wrongAt([...at, key], `{{${name.text}}} in "${key}" needs "each"`);
  }
  return { definition, file, title };
}
