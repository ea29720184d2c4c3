import { guardLoops } from "./interruptible-loops.ts";

/*
 * Why the heap is watched from outside: V8's own limit for a worker (`resourceLimits`) is no safe one. It gives the
 * worker 16 MiB of leeway to die in; a script that needs more at once (an array, a map that grows, a long string)
 * aborts the whole process instead, and one that needs little stays busy collecting garbage for minutes. Both
 * measured. So V8's limit is set far above, and a worker that passes its real limit is ended here.
 */

export interface Watched {
  /** Monotonic milliseconds since it is busy, or undefined. */
  readonly busyFor: number | undefined;
  /** Bytes, undefined when it does not say. */
  heapUsed(): Promise<number | undefined>;
  readonly heapLimit: number;
  /** Above the limit. */
  onHeapExceeded(used: number): void;
}

/** Between two looks at workers that are occupied for long, and at the others, milliseconds. */
const OFTEN = 50;
const SELDOM = 2_000;
/** Calls that are shorter are not looked at in between. */
const OCCUPIED = 30;
/** Without a call for that long, nobody is looked at. */
const RESTS_AFTER = 10_000;

const workers = new Map<Watched, { asked: boolean; next: number }>();
let timer: NodeJS.Timeout | undefined;
let lastCall = 0;

export function watchHeap(worker: Watched): void {
  workers.set(worker, { asked: false, next: 0 });
}

export function unwatchHeap(worker: Watched): void {
  workers.delete(worker);
}

/** A call starts: memory may grow from now on. */
export function noteCall(now: number): void {
  lastCall = now;
  guardLoops(watched);
  if (timer === undefined) {
    timer = setInterval(look, OFTEN);
    timer.unref();
  }
}

const watched = () => workers.keys();

function look(): void {
  const now = performance.now();
  let busy = false;
  for (const [worker, state] of workers) {
    const { busyFor } = worker;
    if (busyFor !== undefined) busy = true;
    const occupied = busyFor !== undefined && busyFor > OCCUPIED;
    if (state.asked || (!occupied && now < state.next)) continue;
    state.asked = true;
    state.next = now + SELDOM;
    void worker.heapUsed().then(
      (used) => {
        state.asked = false;
        if (used !== undefined && used > worker.heapLimit && workers.has(worker)) worker.onHeapExceeded(used);
      },
      () => {
        state.asked = false;
      },
    );
  }
  if (!busy && now - lastCall > RESTS_AFTER) {
    clearInterval(timer);
    timer = undefined;
  }
}
