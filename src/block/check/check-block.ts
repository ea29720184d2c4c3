import { isAbsolute, join, resolve } from "node:path";
import { failed, type Mapping, ok, type Plain, type Problem, type Result } from "../../base/index.ts";
import { type LoadOptions, loadBlock } from "../load/load-block.ts";
import { languageTags } from "../tags/index.ts";
import type {
  CheckContext,
  CheckedBlock,
  CheckedMapping,
  CheckedValue,
  LoadedBlock,
  TagFunction,
  TreePath,
} from "../types.ts";
import { parseUsage } from "../usage/usage.ts";
import { BlockCheckContext, type Checker } from "./check-context.ts";
import { checkMapping, checkValue, type MappingChecks } from "./check-mapping.ts";
import { checkSchema } from "./check-schema.ts";
import type { FileTagFactory } from "./file-tags.ts";
import { TagTable } from "./tag-table.ts";

export type { FileTagFactory } from "./file-tags.ts";

export interface CheckOptions {
  /** Tags of other rooms, beside the language's own. */
  readonly tags: readonly TagFunction[];
  /** For the file's own `__tags`; without it they are an error. */
  readonly createFileTag?: FileTagFactory;
  /** For blocks that are called by this one. */
  readonly load?: LoadOptions;
}

/**
 * Checks a loaded block against the schema and parses every tag in it. All problems are returned at once; warnings
 * come with the checked block.
 */
export function checkBlock(loaded: LoadedBlock, options: CheckOptions): Result<CheckedBlock> {
  const session = new CheckSession(options);
  const block = session.check(loaded, [resolve(loaded.file)]);
  const errors = session.problems.filter((one) => one.severity === "error");
  return errors.length > 0 || block === undefined ? failed(...session.problems) : ok(block, session.problems);
}

class CheckSession {
  readonly problems: Problem[] = [];
  readonly #options: CheckOptions;
  readonly #table: TagTable;
  /** Called blocks by absolute path. */
  readonly #called = new Map<string, CheckedBlock | undefined>();

  constructor(options: CheckOptions) {
    this.#options = options;
    this.#table = new TagTable([...languageTags, ...options.tags]);
  }

  check(loaded: LoadedBlock, chain: readonly string[]): CheckedBlock | undefined {
    const checks: MappingChecks = {
      table: this.#table,
      createFileTag: this.#options.createFileTag,
      fileTags: [],
    };
    const checker: Checker = {
      mapping: (value: Mapping, path: TreePath, context: CheckContext): CheckedMapping =>
        checkMapping(value, path, context, checks),
      value: (value: Plain, path: TreePath, context: CheckContext): CheckedValue =>
        checkValue(value, path, context, checks),
      loadBlock: (file, path, context) => this.#call(file, path, context, chain),
    };
    const context = new BlockCheckContext(loaded, checker);
    const structural = checkSchema(loaded.data, context);
    const root = checkMapping(loaded.data, [], context, checks);
    const usage = parseUsage(loaded);
    const found = withoutRepeats(structural, context.problems);
    this.problems.push(...found);
    if (found.some((one) => one.severity === "error")) return undefined;
    const warnings = found.filter((one) => one.severity === "warning");
    return { file: loaded.file, dir: loaded.dir, files: loaded.files, usage, root, warnings };
  }

  #call(
    name: string,
    path: TreePath,
    context: CheckContext,
    chain: readonly string[],
  ): CheckedBlock | undefined {
    const file = isAbsolute(name) ? name : join(context.dir, name);
    if (chain.includes(file)) {
      const cycle = [...chain.slice(chain.indexOf(file)), file]
        .map((one) => one.split("/").at(-1))
        .join(" -> ");
      context.report("call-cycle", `the block calls itself: ${cycle}`, { path });
      return undefined;
    }
    if (this.#called.has(file)) return this.#called.get(file);
    const loaded = loadBlock(file, this.#options.load);
    let checked: CheckedBlock | undefined;
    if (loaded.ok) checked = this.check(loaded.value, [...chain, file]);
    else if (loaded.problems.every((one) => one.place === undefined)) {
      for (const one of loaded.problems) {
        context.report(one.code, one.message.replace(file, name), { path, notes: one.notes ?? [] });
      }
    } else this.problems.push(...loaded.problems);
    this.#called.set(file, checked);
    return checked;
  }
}

/** A tag's parser sees what the schema saw, and says it better: of two problems at one place the parser's is kept. */
function withoutRepeats(structural: readonly Problem[], parsed: readonly Problem[]): readonly Problem[] {
  if (structural.length === 0) return inFileOrder(parsed);
  const errors = parsed.filter((one) => one.severity === "error");
  const lines = new Set(errors.map((one) => `${one.place?.file}:${one.place?.line}`));
  const places = new Set(errors.map((one) => `${one.place?.file}:${one.place?.line}:${one.place?.column}`));
  const kept = structural.filter(({ code, place }) => {
    const line = `${place?.file}:${place?.line}`;
    // Where something is missing there is no place of its own: each says it of another key.
    return code === "missing-key" ? !lines.has(line) : !places.has(`${line}:${place?.column}`);
  });
  return inFileOrder([...kept, ...parsed]);
}

/** Files in the order in which something was found in them, each from its first line to its last. */
function inFileOrder(problems: readonly Problem[]): readonly Problem[] {
  if (problems.length < 2) return problems;
  const files = [...new Set(problems.map((one) => one.place?.file))];
  const rank = ({ place }: Problem) => files.indexOf(place?.file);
  const line = ({ place }: Problem) => place?.line ?? 0;
  const column = ({ place }: Problem) => place?.column ?? 0;
  return problems.toSorted((a, b) => rank(a) - rank(b) || line(a) - line(b) || column(a) - column(b));
}
