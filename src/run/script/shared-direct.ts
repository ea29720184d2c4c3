import {
  type Cell,
  type Counter,
  loadSpace,
  MemoryCounter,
  type Space,
  type StoreUrl,
} from "../../unidist/index.ts";
import type { SharedKind } from "./protocol.ts";

/** Shared things as a worker thread reaches them by itself; loaded by the first script that shares something. */
export interface SharedDirect {
  /** Undefined when it goes through the main thread. Only what holds nothing may be called: see `SharedClient`. */
  find(of: SharedKind, name: string): object | undefined | Promise<object | undefined>;
}

/**
 * A connection of the worker's own, for as long as the worker lives. A worker that is terminated is seen to be gone by
 * those who share the file, and a transaction never lasts longer than one synchronous call.
 */
export async function openFile(store: StoreUrl, name: string): Promise<SharedDirect> {
  const space: Space = await loadSpace(store, name);
  return { find: (of, thing) => space[of](thing) };
}

/** Names may be endless; what is forgotten is asked for again. */
const MOST_CELLS = 10_000;

/** Counters in memory that threads share; `ask` gives the cell of a name. */
export function openCells(ask: (name: string) => Promise<Cell | undefined>): SharedDirect {
  const known = new Map<string, Counter | Promise<Counter | undefined>>();
  const load = async (name: string) => {
    const cell = await ask(name).catch((error: unknown) => {
      known.delete(name);
      throw error;
    });
    if (cell === undefined) return undefined;
    const counter = new MemoryCounter(cell);
    known.set(name, counter);
    return counter;
  };
  return {
    find(of, name) {
      if (of !== "counter") return undefined;
      const found = known.get(name);
      if (found !== undefined) return found;
      if (known.size >= MOST_CELLS) known.clear();
      const loading = load(name);
      known.set(name, loading);
      return loading;
    },
  };
}
