import { fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import { signalGroup } from "../process-group.ts";
import type { FromWorker, WorkerSettings } from "./protocol.ts";
import type { WorkerEnd, WorkerHost, WorkerListener } from "./worker-host.ts";

const entry = fileURLToPath(
  new URL(import.meta.url.endsWith(".ts") ? "./child.ts" : "./script-child.js", import.meta.url),
);

/** Of what the child writes past its console; enough for what V8 and native code say when they die. */
const MOST_OUTPUT = 64 * 1024;

/** A child process of its own for one script: native code that crashes takes nothing else with it. */
export function startProcess(settings: WorkerSettings, memory: number, listener: WorkerListener): WorkerHost {
  const child = fork(entry, [JSON.stringify(settings)], {
    serialization: "advanced",
    // A group of its own, so that what the script started ends with it.
    detached: true,
    stdio: ["ignore", "pipe", "pipe", "ipc"],
    execArgv: [
      "--disable-warning=ExperimentalWarning",
      `--max-old-space-size=${Math.max(4, Math.round(memory / (1024 * 1024)))}`,
    ],
  });
  let asked = false;
  let failure: string | undefined;
  let outOfMemory = false;
  let output = 0;
  const { promise: gone, resolve } = Promise.withResolvers<void>();
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding("utf8").on("data", (text: string) => {
      if (text.includes("heap out of memory")) outOfMemory = true;
      if (output > MOST_OUTPUT) return;
      output += text.length;
      listener.onOutput(text);
    });
  }
  child.on("message", (message) => listener.onMessage(message as FromWorker));
  let ended = false;
  const finish = (end: WorkerEnd) => {
    if (ended) return;
    ended = true;
    if (child.pid !== undefined) signalGroup(child.pid, "SIGKILL");
    listener.onEnd(end);
    resolve();
  };
  child.on("error", (error) => {
    failure ??= error.message;
    if (child.pid === undefined) finish({ kind: "failed", message: error.message });
  });
  child.on("exit", (status, signal) => {
    // What was written just before comes after "exit"; a grandchild may hold the pipe open for ever.
    setImmediate(() => finish(endOf(status, signal)));
  });
  const endOf = (status: number | null, signal: string | null): WorkerEnd => {
    if (asked) return { kind: "asked" };
    if (outOfMemory) return { kind: "out-of-memory" };
    if (signal !== null) return { kind: "crashed", signal };
    return failure === undefined
      ? { kind: "exited", status: status ?? 0 }
      : { kind: "failed", message: failure };
  };
  return {
    post(message) {
      if (child.connected) child.send(message, () => {});
    },
    keepAlive(busy) {
      // Everything that holds the event loop: the process, the channel, the two pipes.
      for (const handle of [child, child.channel, child.stdout, child.stderr]) {
        const holder = handle as { ref?: () => void; unref?: () => void } | null | undefined;
        if (busy) holder?.ref?.();
        else holder?.unref?.();
      }
    },
    heapUsed: () => Promise.resolve(undefined),
    end() {
      asked = true;
      // Somebody may wait for it who does nothing else.
      child.ref();
      if (child.pid !== undefined) signalGroup(child.pid, "SIGKILL");
      return gone;
    },
  };
}
