/**
 * Stores as fast as it can, until it is killed: one update per file and second, each told before and after on standard
 * output as `FILE SECOND` lines, `<` before and `>` after.
 */
import { writeSync } from "node:fs";
import { join } from "node:path";
import { unwrap } from "../src/base/index.ts";
import { openRrd } from "../src/rrd/index.ts";
import { fileName, readingsOf, START } from "./subject.ts";

const [folder = "", files = "0", sync = "never"] = process.argv.slice(2);
const opened = Array.from({ length: Number(files) }, (_, file) =>
  unwrap(openRrd(join(folder, fileName(file)), { mode: "write", farthestAhead: Number.POSITIVE_INFINITY })),
);
let second = Math.max(...opened.map((rrd) => rrd.lastUpdate)) - START;
// Files that were not reached before the last kill catch up first.
for (;;) {
  for (const [file, rrd] of opened.entries()) {
    if (rrd.lastUpdate >= START + second) continue;
    const next = rrd.lastUpdate - START + 1;
    writeSync(1, `< ${file} ${next}\n`);
    unwrap(rrd.update(START + next, readingsOf(file, next)));
    if (sync === "always") unwrap(rrd.sync());
    writeSync(1, `> ${file} ${next}\n`);
  }
  if (opened.every((rrd) => rrd.lastUpdate >= START + second)) second++;
}
