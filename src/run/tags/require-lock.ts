import {
  formatDuration,
  getKey,
  isMapping,
  kindOf,
  type Milliseconds,
  type Place,
  ProblemError,
  problem,
  type Seconds,
} from "../../base/index.ts";
import type { CheckContext, CheckedMapping, TagFunction, TagInput } from "../../block/index.ts";
import { MOST_NAME_BYTES } from "../../unidist/index.ts";
import { OptionReader } from "../options/read-option.ts";
import { reportUnknownKeys } from "../options/unknown-keys.ts";
import type { RunServices } from "../types.ts";
import type { HeldLocks } from "./held-locks.ts";

interface RequiredLock {
  readonly name: string;
  readonly timeout: Seconds | undefined;
  readonly instead: CheckedMapping | undefined;
  readonly exception: string | undefined;
  readonly place: Place | undefined;
}

/** Waiting longer than this is told: a lock that is never given back looks like nothing at all. */
const PATIENCE = 5000 as Milliseconds;

const lockKeys = ["name", "timeout", "timeout block", "timeout exception"] as const;

/** `require lock: NAME` or `{name, timeout, timeout block, timeout exception}`: held until the block ends. */
export function requireLockTag(services: RunServices, held: HeldLocks): TagFunction {
  return {
    name: "require lock",
    pattern: /^require lock$/,
    words: "require lock",
    fits: (value) => typeof value === "string" || (isMapping(value) && Object.hasOwn(value, "name")),
    priority: 0,
    parse: parseRequired,
    async process(parsed, context) {
      const { name, timeout, instead, exception, place } = parsed as RequiredLock;
      const { pipeData, scope, signal } = context;
      // A block inside the one that holds the lock would wait for itself.
      if (held.has(pipeData, name)) return { kind: "nothing" };
      const patience = services.clock.after(PATIENCE, () => {
        const text = `still waiting for lock "${name}"`;
        services.events.report({ type: "log:written", level: "warn", text, thread: undefined });
      });
      const lease = await services.space
        .lock(name)
        .acquire({ signal, holder: { block: context.dir }, ...(timeout === undefined ? {} : { timeout }) })
        .finally(() => patience.cancel());
      if (lease === null) {
        if (!signal.aborted && instead !== undefined) return { kind: "instead", mapping: instead };
        const waited = `lock "${name}" was not free within ${formatDuration(timeout ?? 0)}`;
        const message = signal.aborted ? `stopped while waiting for lock "${name}"` : (exception ?? waited);
        throw new ProblemError([
          problem(signal.aborted ? "step-aborted" : "lock-timeout", message, { place }),
        ]);
      }
      held.add(pipeData, name, lease);
      services.events.report({ type: "lock:acquired", lock: name });
      scope.defer(async () => {
        if (!held.has(pipeData, name, lease)) return;
        held.take(pipeData, name);
        // Lost: somebody broke it, and there is nothing to give back.
        if (!lease.lost.aborted) await lease.release();
        services.events.report({ type: "lock:released", lock: name });
      });
      return { kind: "nothing" };
    },
  };
}

function parseRequired({ key, value, path }: TagInput, check: CheckContext): RequiredLock | undefined {
  const place = check.place(path, "key");
  if (typeof value === "string") {
    if (!nameFits(value, key, path, check)) return undefined;
    return { name: value, timeout: undefined, instead: undefined, exception: undefined, place };
  }
  if (!isMapping(value)) {
    check.report("bad-lock", `"${key}" must be a name or {name, timeout}, not ${kindOf(value)}`, { path });
    return undefined;
  }
  const spaced = Object.fromEntries(
    Object.entries(value).map(([name, item]) => [name.replaceAll("_", " "), item]),
  );
  const written = (name: string) => (Object.hasOwn(value, name) ? name : name.replaceAll(" ", "_"));
  const unknown = reportUnknownKeys(`"${key}"`, spaced, lockKeys, path, check);
  const read = new OptionReader(value, path, check);
  const name = read.text("name");
  if (getKey(value, "name") === undefined)
    check.report("bad-lock", `"${key}" needs "name": which lock`, { path, part: "key" });
  const timeout = read.duration("timeout", { zero: true });
  const block = read.mapping(written("timeout block"));
  const exception = read.text(written("timeout exception"));
  const instead = block === undefined ? undefined : check.mapping(block, read.at(written("timeout block")));
  for (const option of ["timeout block", "timeout exception"])
    if (getKey(spaced, option) !== undefined && !read.has("timeout"))
      read.wrongKey(written(option), `"${written(option)}" needs "timeout": seconds to wait`);
  if (unknown || read.failed || name === undefined) return undefined;
  if (!nameFits(name, "name", read.at("name"), check)) return undefined;
  return { name, timeout, instead, exception, place };
}

export function nameFits(name: string, key: string, path: TagInput["path"], check: CheckContext): boolean {
  const bytes = Buffer.byteLength(name);
  if (bytes > 0 && bytes <= MOST_NAME_BYTES) return true;
  check.report("bad-name", `"${key}" must be a name of 1 to ${MOST_NAME_BYTES} bytes, not of ${bytes}`, {
    path,
  });
  return false;
}
