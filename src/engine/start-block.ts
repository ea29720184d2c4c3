import { hostname } from "node:os";
import { emptyMapping, failed, ok, problem, type Result, type Seconds } from "../base/index.ts";
import { checkName, type Lease, parseStoreUrl, SharedError, type Space } from "../unidist/index.ts";
import type { BlockRun } from "./block-run.ts";
import type { StartOptions } from "./options.ts";
import type { PreparedBlock } from "./prepare-block.ts";
import { RunningBlock } from "./running-block.ts";
import type { SpacePlace } from "./services.ts";

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

  const space = placeOfSpace(start, usage, options);
  if (!space.ok) {
    await services.close();
    return space;
  }
  services.open(space.value, {
    runningLock: runningLockOf(usage, space.value.name),
    grace: (start.grace ?? usage.grace) as Seconds,
    once: start.once ?? false,
  });

  const lease = longrunning ? await takeRunning(usage.name, services) : undefined;
  if (lease === null) {
    const notes = [
      await holderNote(services.space, services.runningLock),
      "another --space NAME lets it run beside that one",
    ];
    await services.close();
    return failed(problem("already-running", `block "${usage.name}" is running already`, { notes }));
  }

  const running = new RunningBlock(block, services, lease, longrunning);
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

/**
 * The lock that is held while a long-running block runs; who takes it away stops the block. In a space of another name
 * there may be other blocks, and one that may run several times has one for each.
 */
function runningLockOf({ name, copies }: PreparedBlock["block"]["usage"], space: string): string {
  const own = space === name ? "__running" : `__running ${name}`;
  return copies ? `${own} ${hostname()} ${process.pid}.${++startedCopies}` : own;
}

/** In this process. */
let startedCopies = 0;

/**
 * Null: somebody else has it. A store that cannot be used keeps no monitor from running: it goes without the lock, and
 * says so. Blocks that end by themselves do without it: it would be most of what they do.
 */
async function takeRunning(
  block: string,
  services: PreparedBlock["services"],
): Promise<Lease | null | undefined> {
  try {
    return await services.space
      .lock(services.runningLock)
      .acquire({ timeout: 0 as Seconds, holder: { block, thread: "main" } });
  } catch (error) {
    if (!(error instanceof SharedError)) throw error;
    const text = `going on without the lock ${services.runningLock}: ${error.message}`;
    services.events.report({ type: "log:written", level: "warn", text, thread: undefined });
    return undefined;
  }
}

async function holderNote(space: Space, lock: string): Promise<string> {
  const [holder] = await space.lock(lock).list();
  return holder === undefined ? "it has just ended: try again" : `by process ${holder.pid} on ${holder.host}`;
}

function placeOfSpace(
  start: StartOptions,
  usage: PreparedBlock["block"]["usage"],
  { cwd, env }: PreparedBlock["options"],
): Result<SpacePlace> {
  try {
    const store = parseStoreUrl(start.store ?? usage.store ?? "sqlite:", { cwd, env });
    return ok({ store, name: checkName("space", start.space ?? usage.space) });
  } catch (error) {
    if (error instanceof SharedError) return failed(problem(`space-${error.code}`, error.message));
    throw error;
  }
}

function environment(): Record<string, string> {
  const copy: Record<string, string> = {};
  for (const [name, value] of Object.entries(process.env)) if (value !== undefined) copy[name] = value;
  return copy;
}
