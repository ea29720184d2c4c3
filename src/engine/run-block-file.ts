import { emptyMapping, mergeInto, type Result } from "../base/index.ts";
import { parseCommandLine } from "../block/index.ts";
import type { BlockRun } from "./block-run.ts";
import type { RunBlockOptions } from "./options.ts";
import { prepareBlock } from "./prepare-block.ts";
import { startBlock } from "./start-block.ts";

/**
 * Loads, checks and runs a block file.
 *
 *     const run = unwrap(await runBlockFile("monitor.yaml"));
 *     console.log(run.result);
 *     await run.stop();
 *
 * `file` is relative to `options.cwd`. Problems come back, every one of the file at once, each with its place; a block
 * that failed while it ran comes back with the problem of the step that failed. Throws only for our own mistakes
 * ("Internal error: …"). A long-running block resolves with its first result and runs until `stop()` is called,
 * `options.signal` is aborted, or its shared lock `__running` is taken away.
 */
export async function runBlockFile(file: string, options: RunBlockOptions = {}): Promise<Result<BlockRun>> {
  const prepared = await prepareBlock(file, options);
  if (!prepared.ok) return prepared;
  const line = parseCommandLine(prepared.value.block.usage, options.args ?? []);
  if (!line.ok) {
    await prepared.value.services.close();
    return line;
  }
  const inputData = emptyMapping();
  mergeInto(inputData, options.inputData ?? emptyMapping());
  mergeInto(inputData, line.value.inputData);
  return startBlock(prepared.value, { ...options, inputData });
}
