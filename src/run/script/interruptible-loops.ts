import module from "node:module";
import v8 from "node:v8";
import type { Watched } from "./heap-watch.ts";

/*
 * A loop such as `for (;;) list.push(new Array(1000).fill(0))` cannot be stopped once V8 has replaced it, while it
 * runs, by code from its strongest compiler: that code never looks whether it should stop, so neither
 * `terminate()` nor the heap watch works (measured on Node 24: from 20 ms after the start of such a loop on; loops
 * without calls of such builtins are fine). A V8 flag keeps running loops in the second strongest compiler, which does look.
 *
 * The flag holds for the whole process, and compiled code that was cached under other flags is not used any more,
 * which would cost 30 ms at the start. So it is set when a call is first seen to run for some milliseconds: early
 * enough for the loop in it, and never in a process whose scripts are all quick.
 */
const FLAG = "--no-osr-from-maglev";

/** Milliseconds. */
const SUSPICIOUS = 8;

let isSet = false;
let timer: NodeJS.Timeout | undefined;

/** A call starts; `workers` are asked when it has had some time. */
export function guardLoops(workers: () => Iterable<Watched>): void {
  if (isSet || timer !== undefined) return;
  timer = setTimeout(() => {
    timer = undefined;
    let busy = false;
    for (const { busyFor } of workers()) {
      if (busyFor === undefined) continue;
      busy = true;
      if (busyFor >= SUSPICIOUS - 1) {
        isSet = true;
        // What was compiled so far is cached under the flags it was compiled with.
        module.flushCompileCache();
        v8.setFlagsFromString(FLAG);
        return;
      }
    }
    if (busy) guardLoops(workers);
  }, SUSPICIOUS);
  timer.unref();
}
