import {
  copyPlain,
  Events,
  emptyMapping,
  getKey,
  isMapping,
  type Mapping,
  mergeInto,
  type Plain,
  ProblemError,
  problem,
  Scope,
  setKey,
} from "../base/index.ts";
import type { CheckedBlock, CheckedEntry, CheckedMapping, CheckedValue, ProcessContext } from "./types.ts";

export interface ProcessOptions {
  /** Changed by the tags. Default: empty. */
  readonly pipeData?: Mapping;
  readonly inputData?: Mapping;
  readonly requestState?: Mapping;
  readonly events?: Events;
  readonly signal?: AbortSignal;
  /** Default: the block's folder. */
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Filled key by key while the block is processed, for whoever wants to watch it. */
  readonly result?: Mapping;
}

/**
 * Processes a block: its result is a new mapping, or the value that `__return_tag` names. The block is never modified.
 * Rejects with a `ProblemError` when a tag failed, after every lock of the block was released.
 */
export async function processBlock(block: CheckedBlock, options: ProcessOptions = {}): Promise<Plain> {
  const context: Surroundings = {
    pipeData: options.pipeData ?? emptyMapping(),
    inputData: options.inputData ?? emptyMapping(),
    requestState: options.requestState ?? emptyMapping(),
    dir: block.dir,
    cwd: options.cwd ?? block.dir,
    env: options.env ?? {},
    events: options.events ?? new Events(),
    signal: options.signal ?? new AbortController().signal,
  };
  return returned(await processEntries(block.root, context, null, options.result ?? emptyMapping()));
}

/**
 * Processes a mapping inside a block (a branch, a `timeout block`) with the surroundings of `context`.
 * A value chosen by `__return_tag` that is no mapping comes back under its own name.
 */
export async function processMapping(mapping: CheckedMapping, context: ProcessContext): Promise<Mapping> {
  const done = await processEntries(mapping, context, context.block, emptyMapping());
  const value = returned(done);
  if (isMapping(value)) return value;
  const wrapped = emptyMapping();
  setKey(wrapped, done.returnTag ?? "", value);
  return wrapped;
}

/** Processes data that may hold mappings with tags anywhere inside. */
export async function processValue(value: CheckedValue, context: ProcessContext): Promise<Plain> {
  return evaluate(value, context, context.block);
}

type Surroundings = Omit<ProcessContext, "block" | "blockParent" | "result" | "scope">;

interface Done {
  readonly result: Mapping;
  readonly returnTag: string | undefined;
}

function returned({ result, returnTag }: Done): Plain {
  if (returnTag === undefined) return result;
  const value = getKey(result, returnTag);
  if (value === undefined) {
    throw new ProblemError([
      problem("no-return-tag", `the block has no result for "${returnTag}", which __return_tag names`),
    ]);
  }
  return value;
}

function evaluate(
  value: CheckedValue,
  context: Surroundings,
  parent: Mapping | null,
): Plain | Promise<Plain> {
  switch (value.kind) {
    case "plain":
      return copyPlain(value.value);
    case "mapping":
      return processEntries(value.mapping, context, parent, emptyMapping()).then(returned);
    case "list":
      return evaluateList(value.items, context, parent);
  }
}

async function evaluateList(
  items: readonly CheckedValue[],
  context: Surroundings,
  parent: Mapping | null,
): Promise<Plain> {
  const list: Plain[] = [];
  for (const item of items) list.push(await evaluate(item, context, parent));
  return list;
}

/** What a tag sees while its mapping is processed. The scope is only made for those who ask for it. */
class Frame implements ProcessContext {
  readonly pipeData: Mapping;
  readonly inputData: Mapping;
  readonly requestState: Mapping;
  readonly dir: string;
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly events: Events;
  readonly signal: AbortSignal;
  readonly block: Mapping;
  readonly blockParent: Mapping | null;
  readonly result: Mapping;
  #scope: Scope | undefined;

  constructor(around: Surroundings, block: Mapping, parent: Mapping | null, result: Mapping) {
    this.pipeData = around.pipeData;
    this.inputData = around.inputData;
    this.requestState = around.requestState;
    this.dir = around.dir;
    this.cwd = around.cwd;
    this.env = around.env;
    this.events = around.events;
    this.signal = around.signal;
    this.block = block;
    this.blockParent = parent;
    this.result = result;
  }

  get scope(): Scope {
    this.#scope ??= new Scope();
    return this.#scope;
  }

  async end(): Promise<void> {
    await this.#scope?.close();
  }
}

async function processEntries(
  mapping: CheckedMapping,
  around: Surroundings,
  parent: Mapping | null,
  result: Mapping,
): Promise<Done> {
  const frame = new Frame(around, mapping.source, parent, result);
  try {
    /** Keys that each entry brought, to put the result into the file's order. */
    const brought = new Map<string, readonly string[]>();
    for (const entry of mapping.entries) {
      frame.signal.throwIfAborted();
      const started = frame.events.wants("tag:processed") ? performance.now() : 0;
      if (entry.kind === "data") {
        setKey(result, entry.key, await evaluate(entry.value, frame, mapping.source));
        brought.set(entry.key, [entry.key]);
      } else {
        const outcome = await entry.tag.process(entry.parsed, frame);
        if (outcome.kind === "instead") {
          reportTag(entry, frame, undefined, started);
          return await processEntries(outcome.mapping, around, parent, emptyMapping());
        }
        if (outcome.kind === "value") {
          setKey(result, entry.key, outcome.value);
          brought.set(entry.key, [entry.key]);
        } else if (outcome.kind === "merge") {
          mergeInto(result, outcome.values);
          brought.set(entry.key, Object.keys(outcome.values));
        }
        reportTag(entry, frame, outcomeValue(outcome), started);
      }
    }
    return { result: inFileOrder(mapping, result, brought), returnTag: mapping.returnTag };
  } finally {
    await frame.end();
  }
}

function outcomeValue(outcome: { kind: string; value?: Plain; values?: Mapping }): Plain | undefined {
  return outcome.kind === "value" ? outcome.value : outcome.kind === "merge" ? outcome.values : undefined;
}

function reportTag(
  entry: Extract<CheckedEntry, { kind: "tag" }>,
  frame: Frame,
  value: Plain | undefined,
  started: number,
): void {
  if (!frame.events.wants("tag:processed")) return;
  frame.events.report({
    type: "tag:processed",
    tag: entry.key,
    place: entry.place,
    input: getKey(frame.block, entry.key) ?? null,
    value,
    seconds: (performance.now() - started) / 1000,
  });
}

/** Tags are processed by priority, but a result reads like its file. */
function inFileOrder(
  mapping: CheckedMapping,
  result: Mapping,
  brought: ReadonlyMap<string, readonly string[]>,
): Mapping {
  const keys = new Set<string>();
  for (const key of Object.keys(mapping.source)) for (const one of brought.get(key) ?? []) keys.add(one);
  const present = Object.keys(result);
  if (present.length <= 1) return result;
  let index = 0;
  let same = true;
  for (const key of keys) if (present[index++] !== key) same = false;
  if (same) return result;
  const ordered = emptyMapping();
  for (const key of keys) {
    const value = getKey(result, key);
    if (value !== undefined) setKey(ordered, key, value);
  }
  mergeInto(ordered, result);
  return ordered;
}
