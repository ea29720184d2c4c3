import { Subscription } from "../subscription.ts";
import { isBusy } from "./faults.ts";
import type { Part } from "./part.ts";

interface Source<T> {
  /** What comes next, if it is there. */
  take(id: bigint): T | undefined;
  /** Before the first `take`. */
  begin(id: bigint): void;
  /** After the last one. */
  onEnd?(id: bigint): void;
  readonly signal: AbortSignal | undefined;
}

/**
 * What comes of a thing, one after the other, for one who reads as fast as he likes. Looks by the clock and keeps the
 * process alive only while he waits for the next.
 */
export function follow<T>(part: Part, { take, begin, onEnd, signal }: Source<T>): Subscription<T> {
  const { space } = part;
  const { store } = space;
  let hasBegun = false;
  let isEnded = false;
  let stopWaiting: (() => void) | undefined;
  const close = () => subscription.end();
  const end = () => {
    isEnded = true;
    stopWaiting?.();
    space.closers.delete(close);
    if (hasBegun && onEnd !== undefined) void quietly(() => onEnd(part.id()));
  };
  /** What cannot be undone now is undone when this thread ends. */
  const quietly = async (work: () => void) => {
    try {
      await store.database.run(() => store.database.transaction(work));
    } catch {
      // The store is not available.
    }
  };
  const subscription: Subscription<T> = new Subscription<T>({
    signal,
    onEnd: end,
    take: () => {
      if (!hasBegun) return undefined;
      const item = look();
      if (item !== undefined) {
        stopWaiting?.();
        stopWaiting = undefined;
      } else if (!isEnded)
        stopWaiting ??= store.attention.wait(part.id(), space.clock, () => subscription.notify());
      return item;
    },
  });
  const look = () => {
    try {
      return store.database.lookNow(() => take(part.id()));
    } catch (error) {
      // Somebody opens or repairs the file just now: the next look finds it.
      if (!isBusy(error)) subscription.end(error as Error);
      return undefined;
    }
  };
  if (isEnded) return subscription;
  space.closers.add(close);
  const start = async () => {
    try {
      await space.run(() => {
        const id = part.id();
        store.listenTo(id);
        if (isEnded) return;
        begin(id);
        hasBegun = true;
      });
      subscription.notify();
    } catch (error) {
      subscription.end(error as Error);
    }
  };
  void start();
  return subscription;
}
