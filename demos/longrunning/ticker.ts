import { setTimeout } from "node:timers/promises";
import type { ProcessBlock } from "procblock";

/** Emits a sine wave, ten points a second, until it is told to stop. */
export const processBlock: ProcessBlock = async ({ emit, signal }) => {
  for (let tick = 0; !signal.aborted; tick++) {
    emit({ tick: Math.round(Math.sin(tick / 20) * 1000) / 1000 });
    await setTimeout(100, undefined, { signal }).catch(() => undefined);
  }
};
