import module from "node:module";
import { parentPort, workerData } from "node:worker_threads";
import type { FromWorker, WorkerSettings } from "./protocol.ts";
import { serve } from "./serve.ts";

/** Entry of the worker threads. */
const port = parentPort;
if (port === null) throw new Error("Internal error: worker.ts is no program of its own");
const settings = workerData as WorkerSettings;
if (settings.compileCache !== undefined) module.enableCompileCache(settings.compileCache);
port.on(
  "message",
  serve((message: FromWorker) => port.postMessage(message), settings),
);
