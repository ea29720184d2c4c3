import {
  didYouMean,
  emptyMapping,
  isMapping,
  kindOf,
  type Mapping,
  type Plain,
  setKey,
} from "../../base/index.ts";
import type { Condition } from "../condition.ts";
import { processMapping } from "../process.ts";
import { parseBranchKey } from "../tags/branch-key.ts";
import type { CheckContext, CheckedMapping, TagFunction, TreePath } from "../types.ts";

/** One arm of an `if` chain; an `else` has no condition. */
interface Branch {
  readonly condition: Condition | undefined;
  readonly mapping: CheckedMapping | undefined;
}

/** `if …:` with the `elif …:` and `else:` that belong to it: exactly one branch is taken, its result merged. */
export const ifTag: TagFunction = {
  name: "if CONDITION",
  pattern: /^if +(?<condition>\S.*)$/s,
  words: "if",
  fits: (value) => isMapping(value),
  priority: 600,
  parse: () => [],
  async process(parsed, context) {
    const branches = parsed as readonly Branch[];
    const taken = branches.find((branch) => branch.condition?.evaluate(context.pipeData) ?? true);
    if (taken?.mapping === undefined) return { kind: "nothing" };
    return { kind: "merge", values: await processMapping(taken.mapping, context) };
  },
};

/**
 * The branches of a chain of keys that follow each other in a mapping: `if`, any `elif`s, at most one `else`.
 * A branch may hold its own alternative: `elif`/`else` keys that follow no `if` inside it.
 */
export function checkChain(
  keys: readonly string[],
  parent: Mapping,
  path: TreePath,
  check: CheckContext,
): readonly Branch[] {
  const branches: Branch[] = [];
  for (const key of keys) {
    const at = [...path, key];
    const branch = parseBranchKey(key);
    if (branch === undefined) continue;
    if (branches.length > 0 && branches.at(-1)?.condition === undefined) {
      check.report(
        "unreachable-branch",
        `"${key}" is never reached: the "else" above it takes everything left`,
        {
          path: at,
          part: "key",
        },
      );
      continue;
    }
    const condition =
      branch.kind === "else"
        ? undefined
        : check.condition(branch.condition, { path: at, part: "key", offset: branch.offset });
    // After a reported error the branch only has to exist.
    const kept = condition ?? (branch.kind === "else" ? undefined : never(branch.condition));
    branches.push({ condition: kept, mapping: undefined });
    const value = parent[key] ?? null;
    if (value === null) continue;
    if (!isMapping(value)) {
      check.report("bad-branch", `expected a mapping under "${key}", not ${kindOf(value)}`, { path: at });
      continue;
    }
    const { own, alternatives } = splitAlternatives(value);
    branches[branches.length - 1] = { condition: kept, mapping: check.mapping(own, at) };
    if (alternatives.length > 0) branches.push(...checkChain(alternatives, value, at, check));
  }
  return branches;
}

function never(text: string): Condition {
  return { text, evaluate: () => false };
}

/** Takes the `elif`/`else` keys out of a branch that do not follow an `if` there: they are the branch's alternative. */
function splitAlternatives(value: Mapping): { own: Mapping; alternatives: readonly string[] } {
  const alternatives: string[] = [];
  let inChain = false;
  const own = emptyMapping();
  for (const key of Object.keys(value)) {
    const kind = parseBranchKey(key)?.kind;
    if ((kind === "elif" || kind === "else") && !inChain) alternatives.push(key);
    else {
      setKey(own, key, value[key] ?? null);
      inChain = kind === "if" || (inChain && kind === "elif");
    }
  }
  return alternatives.length === 0 ? { own: value, alternatives } : { own, alternatives };
}

/** `elseif x == 1`, `esle`, `iff x == 1`: keys that were probably meant as a branch. */
export function misspeltBranch(key: string, value: Plain, afterBranch: boolean): string {
  if (!isMapping(value)) return "";
  const [word = "", rest = ""] = /^(\S+)\s*(.*)$/s.exec(key)?.slice(1) ?? [];
  if (rest === "") return afterBranch ? didYouMean(word, ["else"]) : "";
  if (!/[=<>]| (?:is|in|has|hasno|matches|and|or|not) /.test(` ${rest} `)) return "";
  if (
    /^else ?if$/i.test(key.slice(0, key.length - rest.length).trim()) ||
    (/^else$/i.test(word) && /^if /.test(rest))
  ) {
    return ` — did you mean "elif ${rest.replace(/^if +/, "")}"?`;
  }
  const hint = didYouMean(word, afterBranch ? ["if", "elif"] : ["if"]);
  return hint.replace(/"(\w+)"/, (_, meant: string) => `"${meant} ${rest}"`);
}
