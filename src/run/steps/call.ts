import {
  didYouMean,
  emptyMapping,
  getKey,
  isMapping,
  kindOf,
  type Mapping,
  mergeInto,
  type Plain,
  ProblemError,
  setKey,
} from "../../base/index.ts";
import { type CheckedBlock, parseDataInterpolation, processBlock } from "../../block/index.ts";
import { OptionReader, show } from "../options/read-option.ts";
import { failedStep, type Running, type StepInput, type StepKind, type StepResult } from "./step.ts";

/** A block that calls itself without an end is stopped here. */
const DEEPEST = 50;
/** How deep a caller's input data is, for each input data that a call made. */
const depths = new WeakMap<Mapping, number>();

/**
 * `call: file.yaml` or `file.yaml#tag`, `with: {…}`: processes another block and merges its result. With a tag the block
 * is processed as well, as with `__return_tag`, and that tag's value alone is the result.
 */
export const call: StepKind = {
  options: ["thread", "timeout", "retry", "as", "collect", "with"],
  parse(input) {
    const { value, path, raw, stepPath, parsing } = input;
    const { check } = parsing;
    if (typeof value !== "string" || value === "") {
      check.report("bad-step", `"call" must be the name of a block file, not ${kindOf(value)}`, { path });
      return undefined;
    }
    const hash = value.indexOf("#");
    const file = hash < 0 ? value : value.slice(0, hash);
    const tag = hash < 0 ? undefined : value.slice(hash + 1);
    if (file === "" || tag === "") {
      check.report("bad-step", `"call" must be FILE or FILE#TAG, not ${show(value)}`, { path });
      return undefined;
    }
    const step = new OptionReader(raw, stepPath, check);
    const given = step.mapping("with") ?? {};
    const render = parseDataInterpolation(given, step.at("with"), check);
    const block = check.loadBlock(file, path);
    if (block === undefined || step.failed) return undefined;
    if (tag !== undefined && !canGive(block, tag)) {
      const keys = block.root.entries.map(({ key }) => key);
      check.report("no-such-tag", `${show(file)} has no "${tag}"${didYouMean(tag, keys)}`, {
        path,
        offset: hash + 1,
        length: tag.length,
      });
      return undefined;
    }
    return {
      async run(running) {
        const depth = (depths.get(running.context.inputData) ?? 0) + 1;
        if (depth > DEEPEST)
          return failed(
            input,
            `${input.label} is called more than ${DEEPEST} deep: does a block call itself?`,
          );
        const inputData = render(running.pipeData) as Mapping;
        depths.set(inputData, depth);
        try {
          const result = await processBlock(block, {
            pipeData: startOf(inputData),
            inputData,
            requestState: running.context.requestState,
            events: running.context.events,
            signal: running.signal,
            cwd: block.dir,
            env: running.context.env,
          });
          return pick(input, result, tag);
        } catch (error) {
          return calledBlockFailed(input, error, running);
        }
      },
    };
  },
};

/** Conditions bring keys that stand nowhere at the top: with them it is only known at the end. */
function canGive({ root }: CheckedBlock, tag: string): boolean {
  return root.entries.some(
    (entry) => entry.key === tag || (entry.kind === "tag" && /^(if|elif|else)\b/.test(entry.key)),
  );
}

function startOf(inputData: Mapping): Mapping {
  const pipeData = emptyMapping();
  setKey(pipeData, "args", []);
  mergeInto(pipeData, inputData);
  return pipeData;
}

function pick(input: StepInput, result: Plain, tag: string | undefined): StepResult {
  if (tag === undefined)
    return isMapping(result) ? output(result) : { ok: true, output: { value: result }, alone: result };
  const value = isMapping(result) ? getKey(result, tag) : undefined;
  if (value === undefined) return failed(input, `${input.label}: the block's result has no "${tag}"`);
  if (isMapping(value)) return output(value);
  return { ok: true, output: { [tag]: value }, alone: value };
}

/** The called pipeline's own times and arguments are not the caller's. */
function output(result: Mapping): StepResult {
  const kept = emptyMapping();
  for (const key of Object.keys(result))
    if (!key.startsWith("__") && key !== "args") setKey(kept, key, result[key] ?? null);
  return { ok: true, output: kept };
}

function failed(input: StepInput, message: string, notes: readonly string[] = []): StepResult {
  return failedStep({ kind: "called-block", message, notes }, input.place);
}

function calledBlockFailed(input: StepInput, error: unknown, running: Running): StepResult {
  if (running.signal.aborted)
    return failedStep({ kind: "aborted", message: `${input.label} was stopped` }, input.place);
  if (!(error instanceof ProblemError)) throw error;
  const [first, ...others] = error.problems;
  const notes = [
    ...(first?.place === undefined
      ? []
      : [`in ${first.place.file}:${first.place.line}:${first.place.column}`]),
    ...(first?.notes ?? []),
    ...others.map((other) => other.message),
  ];
  return failed(input, `${input.label} failed: ${first?.message ?? error.message}`, notes);
}
