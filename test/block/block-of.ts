import {
  emptyMapping,
  type Mapping,
  type Plain,
  type Problem,
  type Result,
  renderProblem,
} from "../../src/base/index.ts";
import {
  type BlockFileSystem,
  type CheckedBlock,
  type CheckOptions,
  checkBlock,
  loadBlockText,
  processBlock,
  type TagFunction,
} from "../../src/block/index.ts";

/** Problems as a person sees them, without colour. */
export function shown(problems: readonly Problem[]): string {
  return problems.map((one) => renderProblem(one, { colour: false })).join("\n");
}

/** Files in memory, by absolute path. */
export function filesOf(files: Readonly<Record<string, string>>): BlockFileSystem {
  return {
    read(file, limit) {
      const text = files[file];
      if (text === undefined) throw Object.assign(new Error("missing"), { code: "ENOENT" });
      return Buffer.from(text).subarray(0, limit);
    },
  };
}

export function check(text: string, options: Partial<CheckOptions> = {}): Result<CheckedBlock> {
  const loaded = loadBlockText(text, "demo.yaml");
  return loaded.ok ? checkBlock(loaded.value, { tags: [], ...options }) : loaded;
}

/** What is wrong with a text, as a person sees it; empty when nothing is. */
export function problemsOf(text: string, options: Partial<CheckOptions> = {}): string {
  const result = check(text, options);
  return shown(result.ok ? result.warnings : result.problems);
}

export async function process(
  text: string,
  pipeData: Mapping = emptyMapping(),
  tags: readonly TagFunction[] = [],
): Promise<Plain> {
  const result = check(text, { tags });
  if (!result.ok) throw new Error(shown(result.problems));
  return JSON.parse(JSON.stringify(await processBlock(result.value, { pipeData }))) as Plain;
}

/** A tag that only notes that it was processed. */
export function noteTag(name: string, priority: number, notes: string[]): TagFunction {
  return {
    name,
    pattern: new RegExp(`^${name}$`),
    words: name,
    fits: (value) => Array.isArray(value),
    priority,
    parse: (input) => input.value,
    process(parsed) {
      notes.push(name);
      return { kind: "value", value: parsed as Plain };
    },
  };
}
