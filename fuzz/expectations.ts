import { readFileSync } from "node:fs";
import type { Problem, Result } from "../src/base/index.ts";
import { Finding } from "./target.ts";

/** Words of the language's own errors, which tell a user nothing. */
const notForUsers =
  /Internal error|is not a (?:function|constructor)|is not iterable|Cannot (?:read prop|set prop|convert (?:a |undefined|object)|mix BigInt|destructure|access ')|Maximum call stack|Invalid (?:array|typed array|string|array buffer|count|code point)|Invalid time value|Array buffer allocation|out of bounds|out of range\. It must|(?:Range|Type|Reference|Syntax|Eval)Error|ERR_[A-Z_]+|\[object |\bundefined\b(?! vname)|^\s+at \S.*:\d+/m;
/** Arguments are repeated in it, and some are long. */
const LONGEST_MESSAGE = 50_000;

/** A message has to be there, and to be made for people. */
export function expectClear(message: string): void {
  if (message.trim() === "") throw new Finding("an empty message");
  const noise = notForUsers.exec(message);
  if (noise !== null)
    throw new Finding(`a message that is not for users (${noise[0]}): ${message.slice(0, 500)}`);
  if (message.length > LONGEST_MESSAGE) throw new Finding(`a message of ${message.length} characters`);
}

/** The value, or undefined after a clear refusal. */
export function valueFrom<T>(result: Result<T>): T | undefined {
  if (result.ok) {
    for (const warning of result.warnings) expectClearProblem(warning);
    return result.value;
  }
  if (result.problems.length === 0) throw new Finding("refused without a problem");
  for (const problem of result.problems) expectClearProblem(problem);
  return undefined;
}

function expectClearProblem({ message, notes = [] }: Problem): void {
  expectClear(message);
  for (const note of notes) expectClear(note);
}

/** Runs `action`; when it refuses, the file has to be what it was. */
export function unchangedIfRefused<T>(path: string, action: () => Result<T>): T | undefined {
  const before = readFileSync(path);
  const result = action();
  const value = valueFrom(result);
  if (!result.ok && !readFileSync(path).equals(before))
    throw new Finding(`refused (${result.problems[0]?.message}), but the file was changed`);
  return value;
}

export function expectThat(condition: boolean, otherwise: string): void {
  if (!condition) throw new Finding(otherwise);
}
