/** The only file that touches `process`: it makes an `Io` of it, and an exit code of what comes back. */
import { fstatSync, readFileSync, writeSync } from "node:fs";
import { isatty } from "node:tty";
import { systemClock } from "../base/index.ts";
import type { Io, Output, StopSignal } from "./io.ts";
import { main } from "./main.ts";
import { areThere, startersOf } from "./starters.ts";

const stopSignals: readonly StopSignal[] = ["SIGINT", "SIGTERM", "SIGHUP"];

/** So often it is looked whether who started us is there: who stops `npx` sees us end as if we had been told; ms. */
const LOOK_AFTER = 200;

const launched = "PROCBLOCK_SIGNALS_COME_TWICE";
const signalsComeTwice = process.env[launched] !== undefined;
// For this process only, not for what it starts.
delete process.env[launched];
stopWithStarters(startersOf(process.ppid, signalsComeTwice, process.env.npm_lifecycle_event !== undefined));

const io: Io = {
  signalsComeTwice,
  argv: process.argv.slice(2),
  cwd: process.cwd(),
  env: environment(),
  // Made when asked for: opening the stream costs start-up time, and most blocks never read it.
  get stdin() {
    return process.stdin;
  },
  stdout: output(1),
  stderr: output(2),
  clock: systemClock,
  onSignal(listener) {
    // Started by nohup it shall outlive its terminal; a handler would undo that.
    const wanted = stopSignals.filter((signal) => signal !== "SIGHUP" || !hangUpIsIgnored());
    const listeners = wanted.map((signal) => [signal, () => listener(signal)] as const);
    for (const [signal, heard] of listeners) process.on(signal, heard);
    return () => {
      for (const [signal, heard] of listeners) process.off(signal, heard);
    };
  },
  exitNow: (code) => process.exit(code),
};

// Workers that idle in the pool need no farewell: everything is written and closed when `main` returns.
main(io).then(
  (code) => process.exit(code),
  (error: unknown) => {
    io.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    process.exit(1);
  },
);

function stopWithStarters(starters: readonly number[]): void {
  if (starters.length === 0) return;
  const timer = setInterval(() => {
    if (areThere(starters, process.ppid)) return;
    clearInterval(timer);
    process.kill(process.pid, "SIGTERM");
  }, LOOK_AFTER);
  timer.unref();
}

function environment(): Record<string, string> {
  const copy: Record<string, string> = {};
  for (const [name, value] of Object.entries(process.env)) if (value !== undefined) copy[name] = value;
  return copy;
}

/** Written with the plain system call: nothing is left in a buffer when the process ends, whatever ends it. */
function output(descriptor: 1 | 2): Output {
  let gone = false;
  return {
    isTerminal: isTerminal(descriptor),
    get isGone() {
      return gone;
    },
    write(text) {
      let rest: Uint8Array = Buffer.from(text);
      while (!gone && rest.length > 0) {
        try {
          rest = rest.subarray(writeSync(descriptor, rest));
        } catch (error) {
          const { code } = error as NodeJS.ErrnoException;
          if (code === "EAGAIN") waitABit();
          else {
            gone = true;
            // EPIPE: whoever read has seen enough. Anything else (a full disk) must not pass unnoticed.
            if (code !== "EPIPE" && descriptor === 1) lost(error as Error);
          }
        }
      }
    },
  };
}

function hangUpIsIgnored(): boolean {
  try {
    const [, mask] = /^SigIgn:\s*([0-9a-f]+)$/m.exec(readFileSync("/proc/self/status", "latin1")) ?? [];
    return mask !== undefined && (BigInt(`0x${mask}`) & 1n) === 1n;
  } catch {
    return false;
  }
}

function isTerminal(descriptor: number): boolean {
  try {
    // Asked first because it is quick, and most often the answer.
    return fstatSync(descriptor).isCharacterDevice() && isatty(descriptor);
  } catch {
    return false;
  }
}

/** A pipe that somebody made non-blocking and that is full. */
function waitABit(): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
}

function lost(error: Error): void {
  io.stderr.write(`procblock: cannot write to standard output: ${error.message}\n`);
  process.exit(1);
}
