import { isAbsolute, join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { copyPlain, getKey, kindOf, type Mapping, type Plain, parseBytes, setKey } from "../../base/index.ts";
import type { ProcessContext } from "../../block/index.ts";
import type { Outcome } from "../failure.ts";
import { parseEnv } from "../options/env.ts";
import { OptionReader, show } from "../options/read-option.ts";
import type { ScriptCall, ScriptReference, ScriptReturn } from "../script/types.ts";
import {
  failedStep,
  KILL_GRACE,
  type Running,
  type StepBody,
  type StepInput,
  type StepKind,
  type StepResult,
} from "./step.ts";

/** Less than this a worker cannot even start with. */
const LEAST_MEMORY = 8 * 1024 * 1024;
const NO_ARGS: readonly Plain[] = [];

/** `script: file`: the mapping that its `processBlock` returns. */
export const script: StepKind = {
  options: ["thread", "longrunning", "timeout", "retry", "as", "env", "memory", "isolate", "collect"],
  parse(input) {
    const { check, services } = input.parsing;
    const step = new OptionReader(input.raw, input.stepPath, check);
    const file = parseFile(input);
    const memory = parseMemory(step);
    const isolate = step.choice("isolate", ["thread", "process"]) ?? "thread";
    const environment = parseEnv(input.raw, input.stepPath, check);
    if (file === undefined || step.failed || environment === undefined) return undefined;
    services.scripts.warmUp();

    const references = new WeakMap<Mapping, ScriptReference>();
    const reference = (context: ProcessContext): ScriptReference => {
      const known = references.get(context.block);
      if (known !== undefined) return known;
      const made: ScriptReference = {
        file,
        language: file.endsWith(".py") ? "python" : "javascript",
        isolate,
        memory,
        fixed: { block: context.block, blockParent: context.blockParent, tag: input.parsing.tag },
      };
      references.set(context.block, made);
      return made;
    };
    const call = (running: Running): ScriptCall => ({
      pipeData: running.pipeData,
      requestState: { ...running.context.requestState },
      inputData: running.context.inputData,
      args: argsOf(running.pipeData),
      cwd: running.cwd,
      env: environment(running),
      label: running.thread ?? input.label,
      timeout: running.timeout,
      signal: running.signal,
      grace: KILL_GRACE,
    });
    const finish = (outcome: Outcome<ScriptReturn>, running: Running, sent: Mapping): StepResult => {
      if (!outcome.ok) return failedStep(outcome.failure, input.place);
      const { result, requestState } = outcome.value;
      if (requestState !== undefined) takeChanges(running.context.requestState, sent, requestState);
      return { ok: true, output: result };
    };
    const body: StepBody = {
      keepsTimeout: true,
      async run(running) {
        const made = call(running);
        const outcome = await running.services.scripts.run(reference(running.context), made);
        return finish(outcome, running, made.requestState);
      },
      async long(running, emit) {
        const made = call(running);
        const long = running.services.scripts.start(reference(running.context), made, emit);
        return finish(await long.ended, running, made.requestState);
      },
    };
    return body;
  },
};

function parseFile({ value, path, parsing }: StepInput): string | undefined {
  const { check, services } = parsing;
  if (typeof value !== "string" || value === "") {
    check.report("bad-step", `"script" must be the name of a file, not ${kindOf(value)}`, { path });
    return undefined;
  }
  const file = isAbsolute(value) ? value : join(check.dir, value);
  const wrong = services.scripts.check(file);
  if (wrong === undefined) return file;
  check.report("bad-script", wrong, { path });
  return undefined;
}

function parseMemory(step: OptionReader) {
  const value = step.get("memory");
  if (value === undefined) return undefined;
  const bytes = parseBytes(value);
  if (bytes === undefined)
    return step.wrong("memory", `"memory" must be a size such as 256MiB, not ${show(value)}`);
  if (bytes < LEAST_MEMORY) return step.wrong("memory", `"memory" must be at least 8MiB, not ${show(value)}`);
  return bytes;
}

function argsOf(pipeData: Mapping): readonly Plain[] {
  const args = getKey(pipeData, "args");
  return Array.isArray(args) ? args : NO_ARGS;
}

/** Only what this call changed: other threads change the same state meanwhile. */
function takeChanges(state: Mapping, sent: Mapping, returned: Mapping): void {
  for (const key of Object.keys(sent)) if (getKey(returned, key) === undefined) delete state[key];
  for (const key of Object.keys(returned)) {
    const value = getKey(returned, key);
    if (value !== undefined && !isDeepStrictEqual(copyPlain(value), copyPlain(getKey(sent, key) ?? null)))
      setKey(state, key, value);
  }
}
