import module from "node:module";
import type { FromWorker, ToWorker, WorkerSettings } from "./protocol.ts";
import { serve } from "./serve.ts";

/** Entry of the child processes that run a script on its own: `isolate: process`. */
const settings = JSON.parse(process.argv[2] ?? "{}") as WorkerSettings;
if (settings.compileCache !== undefined) module.enableCompileCache(settings.compileCache);
process.argv.splice(2);

// The parent is gone, killed perhaps: nobody wants the result.
process.on("disconnect", () => process.kill(process.pid, "SIGKILL"));
const receive = serve((message: FromWorker) => void process.send?.(message), settings);
process.on("message", (message) => receive(message as ToWorker));
