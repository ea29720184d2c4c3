/** Runs scripts in processes of their own, closes, and has nothing else to do: `close-idle.ts SCRIPT…`. */
import type { Seconds } from "../../../../src/base/index.ts";
import { createScriptRunner } from "../../../../src/run/script/index.ts";

const scripts = createScriptRunner({ log: () => {} });
for (const file of process.argv.slice(2)) {
  const outcome = await scripts.run(
    {
      file,
      language: file.endsWith(".py") ? "python" : "javascript",
      isolate: "process",
      memory: undefined,
      fixed: { block: {}, blockParent: null, tag: null },
    },
    {
      pipeData: {},
      requestState: {},
      inputData: {},
      args: [],
      cwd: process.cwd(),
      env: { PATH: process.env.PATH ?? "" },
      label: "close",
      timeout: undefined,
      signal: new AbortController().signal,
      grace: 1 as Seconds,
    },
  );
  if (!outcome.ok) throw new Error(outcome.failure.message);
}
await scripts.close();
console.log("closed");
