import { type Mapping, type Plain, type Seconds, setKey } from "../../../base/index.ts";
import { plainOf, type QueueMessage } from "../../../unidist/index.ts";
import { InnerFailure, nothing, type Operation, type OperationReader, runInside } from "./operation.ts";

/** `queue: NAME` with one of these. An empty queue gives null. */
export const queueOperations: Readonly<Record<string, Operation>> = {
  push: {
    with: ["key"],
    parse(reading, at) {
      const value = reading.value(at);
      const key = reading.has("key") ? reading.value("key") : undefined;
      if (value === undefined) return undefined;
      return async (space, name, { pipeData }) => {
        const options = key === undefined ? {} : { key: String(key(pipeData)) };
        await space.queue(name).push(value(pipeData), options);
        return nothing;
      };
    },
  },
  pop: {
    parse: (reading, at) =>
      reading.yes(at)
        ? async (space, name) => {
            const popped = await space.queue(name).pop();
            return popped === undefined ? null : plainOf(popped.message);
          }
        : undefined,
  },
  take: {
    with: ["wait", "visibility"],
    parse: parseTake,
  },
  peek: {
    parse(reading, at) {
      const last = reading.integer(at, 1, 100_000);
      if (last === undefined) return undefined;
      return async (space, name) => (await space.queue(name).peek({ last })).map(shown);
    },
  },
  trim: {
    with: ["older than"],
    parse(reading, at) {
      const keep = reading.integer(at, 0, 100_000_000);
      const olderThan = reading.duration("older than", { zero: true });
      if (keep === undefined) return undefined;
      return (space, name) =>
        space.queue(name).trim({ keep, ...(olderThan === undefined ? {} : { olderThan }) });
    },
  },
  length: {
    parse: (reading, at) => (reading.yes(at) ? (space, name) => space.queue(name).length() : undefined),
  },
};

/**
 * `take: [steps]`: they run with the message in pipe data (`message`). When they have run it is acknowledged, when they
 * fail, or the process dies, it is delivered again.
 */
function parseTake(reading: OperationReader, at: string): ReturnType<Operation["parse"]> {
  const pipeline = reading.pipeline(at);
  const wait = reading.duration("wait", { zero: true });
  const visibility = reading.duration("visibility");
  if (pipeline === undefined) return undefined;
  return async (space, name, running) => {
    const end = running.services.clock.monotonic() + (wait ?? 0) * 1000;
    for (;;) {
      // In pieces: a step that is stopped does not wait to the end.
      const left = Math.max(0, end - running.services.clock.monotonic()) / 1000;
      const taken = await space.queue(name).take({
        ...(left > 0 ? { wait: Math.min(1, left) as Seconds } : {}),
        ...(visibility === undefined ? {} : { visibility }),
      });
      if (taken === undefined) {
        if (left <= 0 || running.signal.aborted) return nothing;
        continue;
      }
      try {
        const output = await runInside(pipeline, running, { message: plainOf(taken.message) });
        await taken.ack();
        return output;
      } catch (error) {
        if (error instanceof InnerFailure) await taken.nack().catch(() => {});
        throw error;
      }
    }
  };
}

function shown({ position, time, key, message }: QueueMessage): Plain {
  const seen: Mapping = { position: Number(position), time, message: plainOf(message) };
  if (key !== undefined) setKey(seen, "key", key);
  return seen;
}
