import { type Clock, emptyMapping, failed, ok, problem, type Result, type Seconds } from "../base/index.ts";
import { type Lease, openSpace, SharedError, type Space } from "../unidist/index.ts";
import type { BlockRun } from "./block-run.ts";
import type { StartOptions } from "./options.ts";
import type { PreparedBlock } from "./prepare-block.ts";
import { RunningBlock } from "./running-block.ts";

/** The shared lock that is held while a block runs; who takes it away stops the block. */
export const runningLock = "__running";

/**
 * Runs a prepared block, once: opens its space, takes `__running`, processes, and stays while it is long-running.
 * Resolves with the first result. When it resolves with problems (the block failed) everything is closed already.
 */
export async function startBlock(
  { block, services, options }: PreparedBlock,
  start: StartOptions = {},
): Promise<Result<BlockRun>> {
  const { usage } = block;
  const longrunning = usage.longrunning && start.once !== true;

  const space = openBlockSpace(start, usage, options.clock);
  if (!space.ok) {
    await services.close();
    return space;
  }
  services.open(space.value, {
    grace: (start.grace ?? usage.grace) as Seconds,
    once: start.once ?? false,
  });

  const lease = await takeRunningLock(space.value, usage.name);
  if (!lease.ok) {
    await services.close();
    return lease;
  }
  if (lease.value === null && longrunning) {
    await services.close();
    return failed(problem("already-running", `block "${usage.name}" is running already`));
  }

  const running = new RunningBlock(block, services, lease.value, longrunning);
  const { signal } = start;
  const ask = () => running.ask(typeof signal?.reason === "string" ? signal.reason : "asked to");
  signal?.addEventListener("abort", ask);
  const started = running.start({
    inputData: start.inputData ?? emptyMapping(),
    requestState: start.requestState ?? emptyMapping(),
    env: options.env ?? environment(),
  });
  if (signal?.aborted) ask();
  return started;
}

function openBlockSpace(
  start: StartOptions,
  usage: PreparedBlock["block"]["usage"],
  clock: Clock | undefined,
): Result<Space> {
  const url = start.store ?? usage.store ?? "memory:";
  try {
    return ok(openSpace(url, start.space ?? usage.space, { clock }));
  } catch (error) {
    return spaceProblem(error);
  }
}

/** Null when somebody else holds it. Here a store is used for the first time: it may not be available. */
async function takeRunningLock(space: Space, block: string): Promise<Result<Lease | null>> {
  try {
    const holder = { block, thread: "main" };
    return ok(await space.lock(runningLock).acquire({ timeout: 0 as Seconds, holder }));
  } catch (error) {
    return spaceProblem(error);
  }
}

function spaceProblem(error: unknown): Result<never> {
  if (error instanceof SharedError) return failed(problem(`space-${error.code}`, error.message));
  throw error;
}

function environment(): Record<string, string> {
  const copy: Record<string, string> = {};
  for (const [name, value] of Object.entries(process.env)) if (value !== undefined) copy[name] = value;
  return copy;
}
