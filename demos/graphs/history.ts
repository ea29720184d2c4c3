/**
 * Prints the commands that make site.rrd with three weeks of history, for `procblock rrd -` (or `rrdtool -`).
 * HWPREDICT makes the archives of a Holt-Winters forecast with a season of a day.
 */
import { sampleAt } from "./site.ts";

const STEP = 300;
const now = Math.floor(Date.now() / 1000 / STEP) * STEP;
const start = now - 21 * 86_400;
const names = Object.keys(sampleAt(now));
const sources = names.map((name) => `DS:${name}:GAUGE:600:U:U`);
const archives = ["AVERAGE:0.5:1:6336", "AVERAGE:0.5:6:1440", "MIN:0.5:6:1440", "MAX:0.5:6:1440"];
const all = [...archives, "HWPREDICT:6336:0.05:0.002:288"].map((archive) => `RRA:${archive}`);
console.log(["create site.rrd", `--start ${start} --step ${STEP}`, ...sources, ...all].join(" "));
let update = "update site.rrd";
for (let time = start + STEP; time <= now; time += STEP) {
  update += ` ${time}:${Object.values(sampleAt(time)).join(":")}`;
  // A day to a line.
  if (time % 86_400 !== 0 && time < now) continue;
  console.log(update);
  update = "update site.rrd";
}
