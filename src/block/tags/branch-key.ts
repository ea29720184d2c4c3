/** `if …`, `elif …` or `else`, as a key of a mapping. */
export type BranchKey =
  | {
      readonly kind: "if" | "elif";
      readonly condition: string;
      /** Where the condition starts in the key. */
      readonly offset: number;
    }
  | { readonly kind: "else" };

const branch = /^(if|elif)(\s+)(\S.*)$/s;

/** Undefined when the key is none of the three. A lone `if` is none: it has no condition. */
export function parseBranchKey(key: string): BranchKey | undefined {
  if (key === "else") return { kind: "else" };
  const match = branch.exec(key);
  if (match === null) return undefined;
  const [, kind, blank = "", condition = ""] = match;
  return {
    kind: kind === "if" ? "if" : "elif",
    condition,
    offset: (kind?.length ?? 0) + blank.length,
  };
}
