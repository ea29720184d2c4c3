import type { RrdDefinition } from "../src/rrd/index.ts";

/** Epoch seconds before the first update of every file. */
export const START = 1_600_000_000;

/** Data sources of every fifth file beside the two that all have: a header of several pages of memory. */
const MORE = 40;

/** What the files of a crash test are. */
export function definitionOf(file: number): RrdDefinition {
  const more = file % 5 === 4 ? MORE : 0;
  return {
    step: 1,
    start: START,
    dataSources: [
      { name: "level", type: "GAUGE", heartbeat: 10 },
      { name: "count", type: "COUNTER", heartbeat: 10 },
      ...Array.from({ length: more }, (_, k) => ({ name: `m${k}`, type: "GAUGE", heartbeat: 10 }) as const),
    ],
    archives: [
      { cf: "AVERAGE", xff: 0.5, pdpPerRow: 1, rows: 50 + file },
      { cf: "MAX", xff: 0.5, pdpPerRow: 5, rows: 20 },
      { cf: "LAST", xff: 0.5, pdpPerRow: 60, rows: 30 },
    ],
  };
}

/** The readings of a file at a second since START: the counter only grows. */
export function readingsOf(file: number, second: number): number[] {
  const more = file % 5 === 4 ? MORE : 0;
  return [
    (second * 7 + file) % 101,
    second * 13 + file,
    ...Array.from({ length: more }, (_, k) => (second + k) % 17),
  ];
}

export function updateOf(file: number, second: number): string {
  return `${START + second}:${readingsOf(file, second).join(":")}`;
}

export function fileName(file: number): string {
  return `f${file}.rrd`;
}
