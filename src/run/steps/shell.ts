import {
  emptyMapping,
  getKey,
  kindOf,
  type Mapping,
  mergeInto,
  type Plain,
  setKey,
} from "../../base/index.ts";
import {
  type CommandCall,
  type CommandReturn,
  type OutputFormat,
  outputFormats,
  parseOutput,
} from "../command/index.ts";
import type { Failure } from "../failure.ts";
import { parseEnv } from "../options/env.ts";
import { OptionReader } from "../options/read-option.ts";
import { lineParser } from "./parse-lines.ts";
import { parseCommand } from "./parse-text.ts";
import {
  failedStep,
  KILL_GRACE,
  type Running,
  type StepBody,
  type StepInput,
  type StepKind,
  type StepResult,
} from "./step.ts";

/**
 * `shell: command`: `output`, `output_error` (appended to what is there) and `status` (a list) go to pipe data.
 * With `parse`, fields stand in for `output`. An exit status other than 0 fails the step.
 */
export const shell: StepKind = {
  options: ["thread", "longrunning", "timeout", "retry", "as", "env", "parse", "collect"],
  parse(input) {
    const { value, path, raw, stepPath, parsing } = input;
    const { check } = parsing;
    const step = new OptionReader(raw, stepPath, check);
    const format = step.choice("parse", outputFormats);
    const environment = parseEnv(raw, stepPath, check);
    if (typeof value !== "string" || value.trim() === "") {
      check.report("bad-step", `"shell" must be a command, not ${kindOf(value)}`, { path });
      return undefined;
    }
    if (value.includes("\0")) {
      check.report("bad-step", '"shell" has a NUL character in it', { path });
      return undefined;
    }
    const render = parseCommand(value, path, check);
    if (render === undefined || step.failed || environment === undefined) return undefined;
    const call = (running: Running): CommandCall => ({
      command: render(running.pipeData),
      cwd: running.cwd,
      env: environment(running),
      timeout: running.timeout,
      signal: running.signal,
      grace: KILL_GRACE,
    });
    const body: StepBody = {
      keepsTimeout: true,
      async run(running) {
        const outcome = await running.services.commands.run(call(running));
        if (!outcome.ok) return failedStep(outcome.failure, input.place);
        return finished(input, outcome.value, format, running.pipeData);
      },
      async long(running, emit) {
        const parse = lineParser(format);
        const long = running.services.commands.start(call(running), (line) => {
          const fields = parse(line);
          if (fields === undefined) return;
          if (fields.ok) emit(fields.value);
          else reportBadLine(input, running, fields.failure);
        });
        const outcome = await long.ended;
        if (!outcome.ok) return failedStep(outcome.failure, input.place);
        return outcome.value.status === 0
          ? { ok: true, output: {} }
          : failedStatus(input, outcome.value, emptyMapping());
      },
    };
    return body;
  },
};

function finished(
  input: StepInput,
  result: CommandReturn,
  format: OutputFormat | undefined,
  pipeData: Mapping,
): StepResult {
  const output = emptyMapping();
  if (format === undefined || result.status !== 0)
    setKey(output, "output", appended(pipeData, "output", result.output));
  setKey(output, "output_error", appended(pipeData, "output_error", result.outputError));
  const before = getKey(pipeData, "status");
  setKey(output, "status", [...(Array.isArray(before) ? before : []), result.status]);
  if (result.status !== 0) return failedStatus(input, result, output);
  if (format === undefined) return { ok: true, output };
  const fields = parseOutput(format, result.output);
  if (!fields.ok) {
    setKey(output, "output", appended(pipeData, "output", result.output));
    return failedStep(fields.failure, input.place, output);
  }
  mergeInto(output, fields.value);
  return { ok: true, output };
}

function appended(pipeData: Mapping, key: string, text: string): Plain {
  const before = getKey(pipeData, key);
  return typeof before === "string" ? before + text : text;
}

function failedStatus(input: StepInput, { status, outputError }: CommandReturn, output: Mapping): StepResult {
  const last = outputError.trimEnd().split("\n").at(-1) ?? "";
  const notes = last === "" ? [] : [last.slice(0, 300)];
  const message = `${input.label} ended with exit status ${status}`;
  return failedStep({ kind: "exit-status", message, exitStatus: status, notes }, input.place, output);
}

function reportBadLine(input: StepInput, running: Running, { message }: Failure): void {
  const { events } = running.services;
  const text = `a line of ${input.label} was ignored: ${message}`;
  events.report({ type: "log:written", level: "warn", text, thread: running.thread });
}
