import type { DataPath, Events, Mapping, Place, Plain, Problem, Scope } from "../base/index.ts";
import type { Condition } from "./condition.ts";

/** Where a value stands inside a block file's data: keys and list indexes from the top. */
export type TreePath = readonly (string | number)[];

/** Finds the place of a key or value, over all files that were imported. */
export interface PlaceIndex {
  at(path: TreePath, part?: "key" | "value"): Place | undefined;
  /** A place inside a text value (a condition, a template): `offset` UTF-16 units after the start of the text. */
  inside(path: TreePath, part: "key" | "value", offset: number, length?: number): Place | undefined;
}

/** Stage 1: parsed, limits kept, imports resolved. Not yet checked. */
export interface LoadedBlock {
  readonly file: string;
  /** The folder of `file`: relative paths in the block start here. */
  readonly dir: string;
  readonly data: Mapping;
  readonly places: PlaceIndex;
  /** Every file read, the block's own first. */
  readonly files: readonly string[];
}

/** Stage 2: schema-checked, every tag parsed. Only this can be processed. */
export interface CheckedBlock {
  readonly file: string;
  readonly dir: string;
  readonly files: readonly string[];
  readonly usage: Usage;
  readonly root: CheckedMapping;
  readonly warnings: readonly Problem[];
}

export interface CheckedMapping {
  readonly path: TreePath;
  /** The mapping as written (without `__` keys): what scripts get as `block`. Never modified. */
  readonly source: Mapping;
  /** By ascending priority, then in file order. */
  readonly entries: readonly CheckedEntry[];
  /** `__return_tag` */
  readonly returnTag: string | undefined;
}

export type CheckedEntry =
  | { readonly kind: "data"; readonly key: string; readonly priority: number; readonly value: CheckedValue }
  | {
      readonly kind: "tag";
      readonly key: string;
      readonly priority: number;
      readonly place: Place | undefined;
      readonly tag: TagFunction;
      readonly parsed: unknown;
    };

/** Data that may hold mappings with tags anywhere inside. */
export type CheckedValue =
  | { readonly kind: "plain"; readonly value: Plain }
  | { readonly kind: "mapping"; readonly mapping: CheckedMapping }
  | { readonly kind: "list"; readonly items: readonly CheckedValue[] };

/**
 * A key that is an instruction. `parse` runs when the file is loaded and reports every problem there; `process` runs
 * as often as the block does. Registered by the room that knows how: `block` itself has no threads or processes.
 */
export interface TagFunction {
  /** As in the documentation: `run simultaneous`, `set NAME`. */
  readonly name: string;
  /** Must match the whole key (with spaces for `_`); named groups are passed on. */
  readonly pattern: RegExp;
  /** The fixed words of the key, for suggestions when it is misspelt: `run simultaneous`. */
  readonly words: string;
  /** Whether a value has the argument shape of this tag: a misspelt key is only warned about if it does. */
  fits(value: Plain): boolean;
  readonly priority: number;
  parse(input: TagInput, check: CheckContext): unknown;
  process(parsed: unknown, context: ProcessContext): Promise<TagOutcome> | TagOutcome;
}

export interface TagInput {
  readonly key: string;
  readonly groups: Readonly<Record<string, string>>;
  readonly value: Plain;
  /** Path of the value; its last item is the key. */
  readonly path: TreePath;
  /** The mapping the tag stands in, for tags that bind to neighbours (`elif`, `else`). */
  readonly siblings: readonly string[];
}

export type TagOutcome =
  /** Leaves no trace in the result. */
  | { readonly kind: "nothing" }
  /** Stored in the result under the tag's own key. */
  | { readonly kind: "value"; readonly value: Plain }
  /** Merged into the result in place of the tag. */
  | { readonly kind: "merge"; readonly values: Mapping }
  /** The rest of this mapping is not processed; this one is, instead (`timeout block`). */
  | { readonly kind: "instead"; readonly mapping: CheckedMapping };

export interface CheckContext {
  readonly file: string;
  readonly dir: string;
  readonly places: PlaceIndex;
  report(
    code: string,
    message: string,
    at: {
      path: TreePath;
      part?: "key" | "value";
      offset?: number;
      length?: number;
      notes?: readonly string[];
      severity?: "error" | "warning";
    },
  ): void;
  place(path: TreePath, part?: "key" | "value"): Place | undefined;
  /** Reports and returns undefined when the text is no condition. `path`/`part` say where the text stands, `offset` how far into it. */
  condition(
    text: string,
    at: { path: TreePath; part: "key" | "value"; offset: number },
  ): Condition | undefined;
  dataPath(text: string, at: { path: TreePath; part: "key" | "value"; offset: number }): DataPath | undefined;
  mapping(value: Mapping, path: TreePath): CheckedMapping;
  value(value: Plain, path: TreePath): CheckedValue;
  /** Loads and checks another block file (`call:`), once per file; problems are reported at `path`. Undefined after a reported problem. */
  loadBlock(file: string, path: TreePath): CheckedBlock | undefined;
}

/** What flows while a block is processed. */
export interface ProcessContext {
  /** Read by conditions and templates; steps and tags merge their results into it. */
  readonly pipeData: Mapping;
  /** What the caller passed; never changed. */
  readonly inputData: Mapping;
  /** Lives as long as one request or the process. */
  readonly requestState: Mapping;
  /** Source of the mapping being processed, and of the one around it. */
  readonly block: Mapping;
  readonly blockParent: Mapping | null;
  /** The result so far of the mapping being processed: `put tag` reads it. */
  readonly result: Mapping;
  /** Folder that relative paths start from. */
  readonly dir: string;
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly events: Events;
  /** Ends with the mapping being processed: locks are released here. */
  readonly scope: Scope;
  /** Aborted when the process stops. */
  readonly signal: AbortSignal;
}

/** `__usage`, checked. */
export interface Usage {
  readonly name: string;
  readonly author: string | undefined;
  readonly website: string | undefined;
  readonly info: string | undefined;
  readonly args: readonly UsageArgument[];
  readonly options: ReadonlyMap<string, UsageOption>;
  /** Whether the file has a `__usage` at all: without one, any `--key value` is accepted. */
  readonly declared: boolean;
  readonly longrunning: boolean;
  readonly daemon: boolean;
  readonly pidfile: string | undefined;
  readonly cwd: string | undefined;
  readonly space: string;
  readonly store: string | undefined;
  /** A long-running block may run several times at once in its space. */
  readonly copies: boolean;
  /** Seconds that current runs get when the process stops. */
  readonly grace: number;
}

export interface UsageArgument {
  readonly name: string;
  readonly info: string | undefined;
  readonly required: boolean;
  readonly default: Plain | undefined;
  readonly remaining: boolean;
}

export interface UsageOption {
  readonly name: string;
  readonly letter: string | undefined;
  readonly type: "value" | "flag" | "number";
  readonly info: string | undefined;
  readonly default: Plain | undefined;
}
