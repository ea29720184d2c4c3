import { Worker } from "node:worker_threads";
import type { FromWorker, WorkerSettings } from "./protocol.ts";
import type { WorkerEnd, WorkerHost, WorkerListener } from "./worker-host.ts";

const entry = new URL(
  import.meta.url.endsWith(".ts") ? "./worker.ts" : "./script-worker.cjs",
  import.meta.url,
);

/** V8's own limit, in MiB above the real one: only a safety net, see `heap-watch.ts`. */
const HEADROOM = 1024;

/** How long the end of a thread is waited for, milliseconds. */
const PATIENCE = 3_000;

/** A worker thread with a heap of its own. */
export function startThread(settings: WorkerSettings, memory: number, listener: WorkerListener): WorkerHost {
  const worker = new Worker(entry, {
    workerData: settings,
    // Read by nobody: scripts' output is taken at its source. Without it, Node would forward it to ours.
    stdout: true,
    stderr: true,
    execArgv: ["--disable-warning=ExperimentalWarning"],
    name: "script",
    resourceLimits: { maxOldGenerationSizeMb: memory / (1024 * 1024) + HEADROOM },
  });
  let asked = false;
  let end: WorkerEnd | undefined;
  const { promise: gone, resolve } = Promise.withResolvers<void>();
  worker.on("message", (message: FromWorker) => listener.onMessage(message));
  worker.on("error", (error: unknown) => {
    const { code, message } = error as { code?: unknown; message?: unknown };
    end ??=
      code === "ERR_WORKER_OUT_OF_MEMORY"
        ? { kind: "out-of-memory" }
        : { kind: "failed", message: String(message ?? error) };
  });
  worker.on("exit", (status) => {
    listener.onEnd(asked ? { kind: "asked" } : (end ?? { kind: "exited", status }));
    resolve();
  });
  worker.unref();
  return {
    post: (message) => worker.postMessage(message),
    keepAlive(busy) {
      if (busy) worker.ref();
      else worker.unref();
    },
    async heapUsed() {
      const heap = await worker.getHeapStatistics();
      return heap.used_heap_size + heap.external_memory;
    },
    end() {
      asked = true;
      void worker.terminate();
      // A thread that native code holds does not end; nobody waits for it for ever.
      const given = new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, PATIENCE);
        void gone.then(() => clearTimeout(timer));
      });
      return Promise.race([gone, given]);
    },
  };
}
