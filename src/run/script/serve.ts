import { basename } from "node:path";
import type { Mapping, Plain } from "../../base/index.ts";
import type { Failure } from "../failure.ts";
import { describeError, mentions, ownCallPlace } from "./describe-error.ts";
import { Emitter } from "./emitter.ts";
import { giveVersion, loadScript, type ScriptFunction } from "./modules.ts";
import { NotPlain, plainMapping } from "./plain-result.ts";
import type { CallMessage, CallSetting, FromWorker, ToWorker, WorkerSettings } from "./protocol.ts";
import { changedState } from "./request-state.ts";
import { SharedClient } from "./shared-client.ts";
import { WorkerLog } from "./worker-log.ts";

/**
 * The worker's half: runs one call at a time. Start-up time counts here: this file and what it imports stay small,
 * and nothing of the base room is imported but types.
 */

interface Script {
  readonly id: number;
  readonly file: string;
  readonly block: Plain | undefined;
  readonly blockParent: Plain | undefined;
  readonly tag: string | null;
  setting: CallSetting;
  /** Which version `run` is of. */
  version: string | undefined;
  run: ScriptFunction | undefined;
}

interface Running {
  readonly id: number;
  readonly script: Script;
  controller: AbortController | undefined;
  readonly emitter: Emitter | undefined;
  readonly state: Mapping;
  readonly stateBefore: Mapping | undefined;
}

const parts = new Map<number, Plain>();
const scripts = new Map<number, Script>();
const nothing = Object.freeze({}) as Mapping;
const noArgs = Object.freeze([]) as readonly Plain[];

let post: (message: FromWorker) => void;
let settings: WorkerSettings;
let log: WorkerLog;
let running: Running | undefined;
/** Whose call ended last: what goes wrong between calls is most likely its fault. */
let previous: Script | undefined;
let shared: SharedClient | undefined;
let environment: number | undefined;

export function serve(
  send: (message: FromWorker) => void,
  given: WorkerSettings,
): (message: ToWorker) => void {
  post = send;
  settings = given;
  log = new WorkerLog(send, given.maxLog);
  log.capture();
  process.on("uncaughtException", (error) => stray(error, "had an uncaught exception"));
  process.on("unhandledRejection", (error) => stray(error, "had an unhandled rejection"));
  announceExit();
  post({ kind: "ready" });
  return receive;
}

function receive(message: ToWorker): void {
  switch (message.kind) {
    case "call":
      call(message);
      break;
    case "part":
      parts.set(message.id, freeze(message.value));
      break;
    case "script":
      scripts.set(message.id, {
        id: message.id,
        file: message.file,
        block: parts.get(message.block),
        blockParent: message.blockParent === undefined ? null : parts.get(message.blockParent),
        tag: message.tag,
        setting: { version: "", label: "", cwd: "", env: undefined },
        version: undefined,
        run: undefined,
      });
      break;
    case "version":
      giveVersion(message.key, message.files);
      break;
    case "abort":
      if (running?.id === message.id) abortController(running).abort();
      break;
    case "emitted":
      running?.emitter?.acknowledge();
      break;
    case "shared":
      shared?.receive(message);
      break;
  }
}

function call(message: CallMessage): void {
  const script = scripts.get(message.script);
  if (script === undefined) throw new Error(`Internal error: unknown script ${message.script}`);
  if (message.setting !== undefined) script.setting = message.setting;
  running = begin(script, message);
  log.startCall(script.setting.label);
  if (script.version === script.setting.version && script.run !== undefined)
    run(script.run, running, message);
  else void loadAndRun(script, running, message);
}

function begin(script: Script, message: CallMessage): Running {
  return {
    id: message.id,
    script,
    controller: undefined,
    emitter: message.emit === undefined ? undefined : new Emitter(message.id, message.emit, post),
    state: message.requestState ?? {},
    stateBefore: message.requestState === undefined ? undefined : structuredClone(message.requestState),
  };
}

async function loadAndRun(script: Script, now: Running, message: CallMessage): Promise<void> {
  enter(script.setting);
  const { version } = script.setting;
  const loaded = await loadScript(script.file, version);
  if (running !== now) return;
  if ("failure" in loaded) {
    fail(now, loaded.failure, { touched: loaded.touched });
    return;
  }
  script.version = version;
  script.run = loaded.run;
  if (loaded.files.length > 0) {
    post({ kind: "loaded", script: script.id, version, files: loaded.files });
  }
  run(loaded.run, now, message);
}

function run(script: ScriptFunction, now: Running, message: CallMessage): void {
  enter(now.script.setting);
  let returned: unknown;
  try {
    returned = script(new ScriptInput(now, message));
    if (isThenable(returned)) {
      returned.then(
        (value: unknown) => finish(now, value),
        (error: unknown) => threw(now, error),
      );
      return;
    }
  } catch (error) {
    threw(now, error);
    return;
  }
  finish(now, returned);
}

/** One call at a time, so that the worker's environment and (in a process of its own) directory can follow it. */
function enter(setting: CallSetting): void {
  if (setting.env !== environment) {
    const env = (setting.env === undefined ? {} : parts.get(setting.env)) as Record<string, string>;
    const before = (environment === undefined ? {} : parts.get(environment)) as Record<string, string>;
    for (const name of Object.keys(before)) if (!Object.hasOwn(env, name)) delete process.env[name];
    for (const [name, value] of Object.entries(env)) {
      if (before[name] !== value) process.env[name] = value;
    }
    environment = setting.env;
  }
  if (settings.ownProcess) {
    try {
      process.chdir(setting.cwd);
    } catch {
      // The folder is gone: the script notices when it uses `cwd`.
    }
  }
}

/** What the function gets. A class, because its getters cost nothing until a script uses them. */
class ScriptInput {
  readonly pipeData: Mapping;
  readonly block: Plain | undefined;
  readonly requestState: Mapping;
  readonly inputData: unknown;
  readonly tag: string | null;
  readonly cwd: string;
  readonly env: Plain | undefined;
  readonly blockParent: Plain | undefined;
  readonly args: unknown;
  readonly log = writeLog;
  readonly #running: Running;

  constructor(now: Running, message: CallMessage) {
    const { script } = now;
    const { cwd, env } = script.setting;
    this.pipeData = message.pipeData;
    this.block = script.block;
    this.requestState = now.state;
    this.inputData = partOr(message.inputData) ?? nothing;
    this.tag = script.tag;
    this.cwd = cwd;
    this.env = env === undefined ? nothing : parts.get(env);
    this.blockParent = script.blockParent;
    this.args = partOr(message.args) ?? noArgs;
    this.#running = now;
  }

  get shared(): unknown {
    return sharedSpace();
  }

  get signal(): AbortSignal {
    return abortController(this.#running).signal;
  }

  get emit(): (result: unknown) => void {
    const now = this.#running;
    return (result) => emit(now, result);
  }
}

function abortController(now: Running): AbortController {
  now.controller ??= new AbortController();
  return now.controller;
}

function partOr(given: number | Mapping | readonly Plain[] | undefined): unknown {
  return typeof given === "number" ? parts.get(given) : given;
}

function writeLog(text: unknown, level: unknown = "info"): void {
  const known = ["trace", "debug", "info", "warn", "error", "fatal"] as const;
  log.write(known.find((one) => one === level) ?? "info", String(text));
}

function emit(now: Running, result: unknown): void {
  if (now.emitter === undefined) {
    throw new Error(
      "emit is for long-running steps; add longrunning: true to this one, or return the result",
    );
  }
  try {
    now.emitter.emit(plainMapping(result, settings.maxResult));
  } catch (error) {
    if (error instanceof NotPlain) throw new TypeError(`emit was given ${error.message}`);
    throw error;
  }
}

function sharedSpace(): unknown {
  if (!settings.hasSpace) return undefined;
  shared ??= new SharedClient(post, !settings.ownProcess);
  return shared.space;
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return (
    typeof value === "object" &&
    value !== null &&
    "then" in value &&
    typeof (value as { then: unknown }).then === "function"
  );
}

function finish(now: Running, value: unknown): void {
  if (running !== now) return;
  try {
    const result =
      value === undefined || value === null ? undefined : plainMapping(value, settings.maxResult);
    const state = changedState(now.state, now.stateBefore, settings.maxResult);
    end(now);
    post({ kind: "return", id: now.id, result, ...(state === undefined ? {} : { requestState: state }) });
  } catch (error) {
    if (!(error instanceof NotPlain)) {
      threw(now, error);
      return;
    }
    const message = `script "${basename(now.script.file)}" returned ${error.message}`;
    fail(now, { kind: "bad-result", message });
  }
}

function threw(now: Running, error: unknown): void {
  if (running === now) fail(now, describeError(error, now.script.file, "threw", "threw"));
}

function fail(
  now: Running,
  failure: Failure,
  more: { touched?: readonly string[]; retire?: boolean } = {},
): void {
  end(now);
  post({ kind: "fail", id: now.id, failure, ...more });
}

function end(now: Running): void {
  now.emitter?.end();
  log.endCall();
  previous = now.script;
  running = undefined;
}

/**
 * An error that nobody caught: of the call that runs, unless it comes from what another script left behind.
 * Then it is only logged. Either way the worker is not used again: its state is doubtful.
 */
function stray(error: unknown, verb: string): void {
  const now = running;
  const blamed = [...scripts.values()].find((script) => mentions(error, script.file));
  if (now !== undefined && (blamed === undefined || blamed.file === now.script.file)) {
    fail(now, describeError(error, now.script.file, "threw", verb), { retire: true });
    return;
  }
  const file = (blamed ?? previous)?.file ?? "?";
  const failure = describeError(error, file, "threw", `${verb} after its run`);
  const { place } = failure;
  const where = place === undefined ? "" : ` (${place.file}:${place.line}:${place.column})`;
  log.write("error", `${failure.message}${where}`);
}

/** `process.exit` in a worker thread ends only the thread, without a word about where it was called. */
function announceExit(): void {
  const exit = process.exit.bind(process);
  process.exit = (code) => {
    const status = Number(code ?? process.exitCode ?? 0) || 0;
    const file = (running?.script ?? previous)?.file ?? "?";
    const place = ownCallPlace(file);
    log.endCall();
    post({
      kind: "exiting",
      status,
      failure: {
        kind: "exited",
        message: `script "${basename(file)}" called process.exit(${status})`,
        exitStatus: status,
        ...(place === undefined ? {} : { place }),
      },
    });
    return exit(code);
  };
}

function freeze(value: Plain): Plain {
  if (typeof value !== "object" || value === null) return value;
  for (const item of Object.values(value)) freeze(item);
  Object.freeze(value);
  return value;
}
