import type { Random } from "./random.ts";

/** Changes a text, with the pieces its language is made of. */
export function damageText(random: Random, text: string, pieces: readonly string[]): string {
  let damaged = text;
  for (let change = 1 + random.below(4); change > 0; change--) {
    const at = random.below(damaged.length + 1);
    const removed = random.chance(0.5) ? random.below(6) : 0;
    const added = random.chance(0.75) ? random.pick([...pieces, ...strange]) : "";
    damaged = damaged.slice(0, at) + added + damaged.slice(at + removed);
  }
  return damaged;
}

/** What no language expects. */
export const strange: readonly string[] = [
  "\0",
  "\u0001",
  "\ufeff",
  "\ufffd",
  "é",
  "😀",
  "\ud800",
  " ",
  "\t",
  "\n",
  "\r",
  "\\",
  '"',
  "'",
  "%",
  "%n%s%1000000d",
  "-",
  "--",
  ":",
  ",",
  "=",
  "@",
  "/",
  "../",
  "0",
  "-1",
  "1e308",
  "1e-320",
  "nan",
  "-inf",
  "0x1p3",
  "18446744073709551616",
  "9".repeat(40),
  "9".repeat(400),
  "a".repeat(300),
  "A".repeat(5000),
  "(".repeat(50),
  "__proto__",
  "constructor",
  "toString",
];
