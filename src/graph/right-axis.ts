import type { RightAxis } from "./definition.ts";
import { prefixFor } from "./si.ts";
import type { ValueTick } from "./value-axis.ts";

/** What the right axis says at each tick of the left one. */
export function rightLabels(axis: RightAxis, ticks: readonly ValueTick[], base: 1000 | 1024): string[] {
  const values = ticks.map((tick) => tick.value * axis.scale + axis.shift);
  const prefix = prefixFor(Math.max(0, ...values.map(Math.abs)), base);
  return values.map((value) => {
    const text = String(Number((value / prefix.factor).toPrecision(4)));
    return prefix.symbol === "" || text === "0" ? text : `${text} ${prefix.symbol}`;
  });
}
