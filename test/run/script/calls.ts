import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, onTestFinished } from "vitest";
import type { Bytes, Problem, Seconds } from "../../../src/base/index.ts";
import type { Failure, Outcome } from "../../../src/run/failure.ts";
import {
  createScriptRunner,
  type ScriptCall,
  type ScriptReference,
  type ScriptReturn,
  type ScriptRunner,
  type ScriptRunnerOptions,
} from "../../../src/run/script/index.ts";

export const seconds = (value: number) => value as Seconds;
export const mebibytes = (value: number) => (value * 1024 * 1024) as Bytes;

/** A stand-in, named by its behaviour. */
export function program(name: string): string {
  return fileURLToPath(new URL(`../../programs/${name}`, import.meta.url));
}

export interface Logged {
  readonly level: string;
  readonly text: string;
  readonly label: string;
}

export interface Watched {
  readonly scripts: ScriptRunner;
  readonly logged: Logged[];
  readonly reloaded: string[];
  readonly broken: Problem[];
}

const open: ScriptRunner[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((runner) => runner.close()));
});

/** A runner that ends with the test. */
export function runner(options: Partial<ScriptRunnerOptions> = {}): Watched {
  const logged: Logged[] = [];
  const reloaded: string[] = [];
  const broken: Problem[] = [];
  const scripts = createScriptRunner({
    log: (level, text, label) => logged.push({ level, text, label }),
    onReloaded: (file) => reloaded.push(file),
    onBroken: (_file, problem) => broken.push(problem),
    ...options,
  });
  open.push(scripts);
  return { scripts, logged, reloaded, broken };
}

export function script(file: string, more: Partial<ScriptReference> = {}): ScriptReference {
  return {
    file,
    language: file.endsWith(".py") ? "python" : "javascript",
    isolate: "thread",
    memory: undefined,
    fixed: { block: {}, blockParent: null, tag: null },
    ...more,
  };
}

export function call(more: Partial<ScriptCall> = {}): ScriptCall {
  return {
    pipeData: {},
    requestState: {},
    inputData: {},
    args: [],
    cwd: tmpdir(),
    env: { PATH: process.env.PATH ?? "" },
    label: "step",
    timeout: seconds(20),
    signal: new AbortController().signal,
    grace: seconds(0.1),
    ...more,
  };
}

/** A folder that goes with the test. */
export function folder(): string {
  const path = mkdtempSync(join(tmpdir(), "procblock-test-"));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

export function file(name: string, text: string, dir = folder()): string {
  const path = join(dir, name);
  writeFileSync(path, text);
  return path;
}

export function failureOf(outcome: Outcome<unknown>): Failure {
  if (outcome.ok) throw new Error(`it did not fail: ${JSON.stringify(outcome.value)}`);
  return outcome.failure;
}

export function resultOf(outcome: Outcome<ScriptReturn>): unknown {
  if (!outcome.ok) throw new Error(`it failed: ${outcome.failure.message}`);
  return outcome.value.result;
}
