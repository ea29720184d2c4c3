import { getKey, isMapping, kindOf, type Mapping, type Plain } from "../../base/index.ts";
import { type Pattern, parsePattern } from "../conditions/pattern.ts";
import type { CheckContext, TagFunction, TreePath } from "../types.ts";

/**
 * Makes the tag function of one entry of `__tags`. The room that runs scripts and steps provides it; the key was
 * already matched when the tag is parsed. Undefined after a reported problem.
 */
export type FileTagFactory = (
  pattern: string,
  priority: number,
  definition: Mapping,
  path: TreePath,
  check: CheckContext,
) => TagFunction | undefined;

export interface FileTag {
  readonly pattern: Pattern;
  readonly tag: TagFunction;
}

/** `__tags: {"double .*?": {script: double.ts, priority: 40}}` */
export function parseFileTags(
  value: Plain,
  path: TreePath,
  check: CheckContext,
  create: FileTagFactory | undefined,
): readonly FileTag[] {
  const report = (
    code: string,
    message: string,
    at: TreePath,
    part: "key" | "value" = "value",
    offset?: number,
  ) => check.report(code, message, { path: at, part, ...(offset === undefined ? {} : { offset }) });
  if (!isMapping(value)) {
    report("bad-file-tags", `expected a mapping of pattern to what runs, not ${kindOf(value)}`, path);
    return [];
  }
  const tags: FileTag[] = [];
  for (const key of Object.keys(value)) {
    const at = [...path, key];
    const definition = value[key] ?? null;
    const pattern = parsePattern(key);
    if ("message" in pattern) {
      report("bad-pattern", pattern.message, at, "key", pattern.offset);
      continue;
    }
    if (!isMapping(definition)) {
      report("bad-file-tags", `expected {script: FILE} or {steps: […]}, not ${kindOf(definition)}`, at);
      continue;
    }
    const priority = getKey(definition, "priority") ?? 500;
    if (typeof priority !== "number") {
      report("bad-priority", `expected a number, not ${kindOf(priority)}`, [...at, "priority"]);
      continue;
    }
    if (create === undefined) {
      report("bad-file-tags", "the file's own tags cannot be run here", at, "key");
      continue;
    }
    const tag = create(key, priority, definition, at, check);
    if (tag !== undefined) tags.push({ pattern, tag });
  }
  return tags;
}
