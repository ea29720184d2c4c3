import {
  didYouMean,
  emptyMapping,
  getKey,
  isMapping,
  kindOf,
  type Mapping,
  type Plain,
  setKey,
  suggest,
} from "../../base/index.ts";
import { parseBranchKey } from "../tags/branch-key.ts";
import type {
  CheckContext,
  CheckedEntry,
  CheckedMapping,
  CheckedValue,
  TagFunction,
  TreePath,
} from "../types.ts";
import { checkChain, ifTag, misspeltBranch } from "./branches.ts";
import { type FileTag, type FileTagFactory, parseFileTags } from "./file-tags.ts";
import type { TagTable } from "./tag-table.ts";

export const DATA_PRIORITY = 500;

/** What is known while a mapping is checked; the file's own tags hold for the mapping that has them and all inside it. */
export interface MappingChecks {
  readonly table: TagTable;
  readonly createFileTag: FileTagFactory | undefined;
  fileTags: readonly FileTag[];
}

/** Keys that are the file's own; `__import__NAME` beside them. `__proto__` is data without effect. */
const ownKeys = ["__usage", "__tags", "__priority", "__return_tag", "__import__"];

/** Unknown ones would be dropped without a word: they are no data, and mean nothing. */
function checkOwnKey(key: string, path: TreePath, check: CheckContext): void {
  if (ownKeys.includes(key) || key.startsWith("__import__") || key === "__proto__") return;
  const nearest = suggest(key, key.startsWith("__import") ? ["__import__"] : ownKeys);
  const hint =
    nearest === undefined ? "" : ` — did you mean "${nearest}${nearest === "__import__" ? "NAME" : ""}"?`;
  check.report("unknown-key", `unknown key "${key}"${hint}`, {
    path: [...path, key],
    part: "key",
    severity: nearest === undefined ? "warning" : "error",
    notes: [
      `keys that start with __ are the file's own and never part of a result: ${ownKeys.join(", ")}NAME`,
    ],
  });
}

/** Parses every tag of the mapping and of the mappings inside it. */
export function checkMapping(
  value: Mapping,
  path: TreePath,
  check: CheckContext,
  checks: MappingChecks,
): CheckedMapping {
  const around = checks.fileTags;
  const ownTags = getKey(value, "__tags");
  if (ownTags !== undefined) {
    const own = parseFileTags(ownTags, [...path, "__tags"], check, checks.createFileTag);
    checks.fileTags = [...own, ...around];
  }
  const keys = Object.keys(value);
  const entries: CheckedEntry[] = [];
  const source = emptyMapping();
  let chain: string[] = [];
  const endChain = () => {
    if (chain.length > 0) entries.push(chainEntry(chain, value, path, check));
    chain = [];
  };
  for (const key of keys) {
    if (key.startsWith("__")) {
      checkOwnKey(key, path, check);
      continue;
    }
    const item = value[key] ?? null;
    setKey(source, key, item);
    const branch = parseBranchKey(key);
    if (branch?.kind === "if") {
      endChain();
      chain = [key];
    } else if (branch !== undefined) {
      if (chain.length > 0) chain.push(key);
      else {
        const message = `"${branch.kind}" has no "if" right above it`;
        check.report("lone-branch", message, { path: [...path, key], part: "key" });
      }
    } else {
      const afterBranch = chain.length > 0;
      endChain();
      entries.push(checkEntry(key, item, path, check, checks, keys, afterBranch));
    }
  }
  endChain();
  checks.fileTags = around;
  if (entries.some((entry, index) => index > 0 && entry.priority < (entries[index - 1]?.priority ?? 0))) {
    entries.sort((a, b) => a.priority - b.priority);
  }
  return { path, source, entries, returnTag: returnTag(value, path, entries, check) };
}

/** A value with its tags, at any depth; what holds none stays as it is. */
export function checkValue(
  value: Plain,
  path: TreePath,
  check: CheckContext,
  checks: MappingChecks,
): CheckedValue {
  if (Array.isArray(value)) {
    const items = value.map((item, index) => checkValue(item, [...path, index], check, checks));
    if (items.every((item, index) => item.kind === "plain" && item.value === value[index])) {
      return { kind: "plain", value };
    }
    return { kind: "list", items };
  }
  if (!isMapping(value)) return { kind: "plain", value };
  const mapping = checkMapping(value, path, check, checks);
  return plainMapping(value, mapping) ?? { kind: "mapping", mapping };
}

/** The mapping as plain data, without the `__` keys that are never part of a result; undefined when it holds a tag. */
function plainMapping(value: Mapping, checked: CheckedMapping): CheckedValue | undefined {
  if (checked.returnTag !== undefined) return undefined;
  const items = new Map<string, Plain>();
  for (const entry of checked.entries) {
    if (entry.kind !== "data" || entry.value.kind !== "plain") return undefined;
    items.set(entry.key, entry.value.value);
  }
  const keys = Object.keys(value);
  if (keys.every((key) => items.get(key) === value[key])) return { kind: "plain", value };
  const copy = emptyMapping();
  for (const key of keys) {
    const item = items.get(key);
    if (item !== undefined) setKey(copy, key, item);
  }
  return { kind: "plain", value: copy };
}

function chainEntry(
  chain: readonly string[],
  value: Mapping,
  path: TreePath,
  check: CheckContext,
): CheckedEntry {
  const key = chain[0] ?? "";
  const first = getKey(value, key);
  return tagEntry(
    key,
    ifTag,
    checkChain(chain, value, path, check),
    path,
    check,
    ownPriority(first, [...path, key], check),
  );
}

function tagEntry(
  key: string,
  tag: TagFunction,
  parsed: unknown,
  path: TreePath,
  check: CheckContext,
  priority: number | undefined,
): CheckedEntry {
  return {
    kind: "tag",
    key,
    priority: priority ?? tag.priority,
    tag,
    parsed,
    // Looking a place up parses the file again: only when somebody asks.
    get place() {
      return check.place([...path, key], "key");
    },
  };
}

function checkEntry(
  key: string,
  value: Plain,
  path: TreePath,
  check: CheckContext,
  checks: MappingChecks,
  siblings: readonly string[],
  afterBranch: boolean,
): CheckedEntry {
  const at = [...path, key];
  const priority = ownPriority(value, at, check);
  const known = checks.table.match(key);
  if (known !== undefined) {
    const input = { key, groups: known.groups, value, path: at, siblings };
    return tagEntry(key, known.tag, known.tag.parse(input, check), path, check, priority);
  }
  const own = checks.fileTags.find(({ pattern }) => pattern.matchesWhole(key));
  if (own !== undefined) {
    const input = { key, groups: {}, value, path: at, siblings };
    return tagEntry(key, own.tag, own.tag.parse(input, check), path, check, priority);
  }
  warnIfMisspelt(key, value, at, check, checks, afterBranch);
  return {
    kind: "data",
    key,
    priority: priority ?? DATA_PRIORITY,
    value: checkValue(value, at, check, checks),
  };
}

function warnIfMisspelt(
  key: string,
  value: Plain,
  at: TreePath,
  check: CheckContext,
  checks: MappingChecks,
  afterBranch: boolean,
): void {
  const meant = checks.table.misspelt(key, value);
  const hint = meant === undefined ? misspeltBranch(key, value, afterBranch) : ` — did you mean "${meant}"?`;
  if (hint === "") return;
  check.report("misspelt-tag", `unknown tag "${key}" is taken for data${hint}`, {
    path: at,
    part: "key",
    severity: "warning",
  });
}

function ownPriority(value: Plain | undefined, path: TreePath, check: CheckContext): number | undefined {
  if (!isMapping(value)) return undefined;
  const priority = getKey(value, "__priority");
  if (priority === undefined || typeof priority === "number") return priority;
  check.report("bad-priority", `expected a number, not ${kindOf(priority)}`, {
    path: [...path, "__priority"],
  });
  return undefined;
}

function returnTag(
  value: Mapping,
  path: TreePath,
  entries: readonly CheckedEntry[],
  check: CheckContext,
): string | undefined {
  const name = getKey(value, "__return_tag");
  if (name === undefined) return undefined;
  const at = { path: [...path, "__return_tag"] };
  if (typeof name !== "string") {
    check.report("bad-return-tag", `expected the name of a tag, not ${kindOf(name)}`, at);
    return undefined;
  }
  const keys = entries.map((entry) => entry.key);
  // A branch, or a tag of the file's own, may bring any key.
  if (!keys.includes(name) && entries.every((entry) => entry.kind === "data" || entry.tag !== ifTag)) {
    check.report("bad-return-tag", `the block has no "${name}"${didYouMean(name, keys)}`, at);
  }
  return name;
}
