import { statSync } from "node:fs";
import { constants } from "node:os";
import type { Failure, Outcome } from "../failure.ts";
import type { CommandCall, CommandReturn } from "./types.ts";

/** Longest command that one `sh -c` argument can carry on Linux (MAX_ARG_STRLEN). */
const LONGEST_COMMAND = 128 * 1024 - 1;

/** What the system would refuse with a riddle. */
export function checkCommand({ command, env }: CommandCall): Failure | undefined {
  if (command.includes("\0")) {
    return {
      kind: "spawn-failed",
      message: "the command holds a NUL character, which no argument can carry",
    };
  }
  for (const [name, value] of Object.entries(env)) {
    if (name === "" || /[=\0]/.test(name) || value.includes("\0")) {
      return {
        kind: "spawn-failed",
        message: `the environment variable ${JSON.stringify(name)} holds a character that no variable can carry`,
      };
    }
  }
  if (Buffer.byteLength(command) > LONGEST_COMMAND) {
    return {
      kind: "spawn-failed",
      message: `the command is longer than ${LONGEST_COMMAND} bytes, the system's limit`,
      notes: ["pass large values on standard input"],
    };
  }
  return undefined;
}

/** The shell itself did not start. */
export function startFailure(error: unknown, { cwd }: CommandCall): Failure {
  const { code, message } = error as { code?: unknown; message?: unknown };
  const folder = statSync(cwd, { throwIfNoEntry: false });
  if (code === "ENOENT" && folder === undefined) {
    return { kind: "not-found", message: `the working directory "${cwd}" does not exist` };
  }
  if (code === "ENOTDIR" || folder?.isDirectory() === false) {
    return { kind: "not-found", message: `the working directory "${cwd}" is no directory` };
  }
  if (code === "EACCES") {
    return {
      kind: "not-executable",
      message: `the working directory "${cwd}" or /bin/sh may not be entered`,
    };
  }
  if (code === "E2BIG") {
    return { kind: "spawn-failed", message: "command and environment are larger than the system allows" };
  }
  if (code === "EAGAIN" || code === "ENOMEM" || code === "EMFILE" || code === "ENFILE") {
    return { kind: "spawn-failed", message: `the system has no room for another process (${code})` };
  }
  return { kind: "spawn-failed", message: `the command could not be started: ${String(message ?? error)}` };
}

/**
 * How the shell ended, told apart as far as it tells:
 *
 * | status | meaning | outcome |
 * | --- | --- | --- |
 * | 0..125 | the command's own | result |
 * | 126 | found, but not executable (or of no known format) | `not-executable` if the shell says so, else result |
 * | 127 | no such command | `not-found` if the shell says so, else result |
 * | 128 + n | a command inside was killed by signal n | `killed-by-signal` |
 * | signal | the shell itself (or the command it became) was killed | `killed-by-signal` |
 *
 * A command may exit with 126 to 255 of its own accord. For 126 and 127 the shell's own line on standard error
 * decides; a status above 128 with the number of a deadly signal is taken as that signal, as every shell does.
 */
export function exitOutcome(
  status: number | null,
  signal: NodeJS.Signals | null,
  value: { readonly output: string; readonly outputError: string },
): Outcome<CommandReturn> {
  if (signal !== null) return { ok: false, failure: killed(signal) };
  const number = status ?? 0;
  const said = shellSaid(value.outputError);
  if (number === 127 && said !== undefined) {
    return {
      ok: false,
      failure: { kind: "not-found", message: `command not found: ${said}`, exitStatus: 127 },
    };
  }
  if (number === 126 && said !== undefined) {
    const message = `command cannot be executed: ${said}`;
    return { ok: false, failure: { kind: "not-executable", message, exitStatus: 126 } };
  }
  const inner = number > 128 ? deadlySignal(number - 128) : undefined;
  if (inner !== undefined) return { ok: false, failure: { ...killed(inner), exitStatus: number } };
  return { ok: true, value: { ...value, status: number } };
}

function killed(signal: NodeJS.Signals): Failure {
  return { kind: "killed-by-signal", message: `the command was killed by ${signal}`, signal };
}

/** The last line that the shell itself wrote: `sh: 1: nosuch: not found`, `/bin/sh: line 1: x: Permission denied`. */
function shellSaid(errors: string): string | undefined {
  const lines = errors.trimEnd().split("\n");
  const match = /^(?:\/bin\/)?(?:sh|dash|bash|busybox|ash):(?: line)? ?\d+: (.*)$/.exec(lines.at(-1) ?? "");
  return match?.[1]?.slice(0, 500);
}

/** Without SIGHUP, SIGINT and SIGTRAP: 129 and 130 are what many programs answer to wrong usage or Ctrl-C. */
const deadly = ["SIGQUIT", "SIGILL", "SIGABRT", "SIGBUS", "SIGFPE", "SIGKILL"] as const;
const deadlyToo = ["SIGSEGV", "SIGPIPE", "SIGALRM", "SIGTERM", "SIGXCPU", "SIGXFSZ", "SIGSYS"] as const;

function deadlySignal(number: number): NodeJS.Signals | undefined {
  return [...deadly, ...deadlyToo].find((name) => constants.signals[name] === number);
}
