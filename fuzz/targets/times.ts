import { parseAtTime, parsePeriod } from "../../src/rrd/index.ts";
import { damageText } from "../damage-text.ts";
import { expectThat, valueFrom } from "../expectations.ts";
import { START } from "../sample-files.ts";
import type { FuzzTarget } from "../target.ts";

const good = [
  "now",
  "now-1d",
  "end-1h30min",
  "start+2weeks",
  "midnight",
  "noon yesterday",
  "12:30 13.09.2020",
  "6am July 5",
  "20200913",
  "1600000000",
  "epoch+1y",
  "teatime tomorrow +3h",
  "Jan 1 1980 -5mon",
  "09/13/20 11:59pm",
];
const pieces = [
  "now",
  "start",
  "end",
  "midnight",
  "monday",
  "+",
  "-",
  "1",
  "12",
  "31",
  "2038",
  ":",
  "/",
  ".",
  " ",
  "am",
  "pm",
  "sec",
  "min",
  "mon",
  "m",
  "years",
  "99999",
  "feb",
];

/** Times as `fetch` and `graph` take them, alone and as the two ends of a period. */
export const times: FuzzTarget = {
  kind: "time",
  weight: 8,
  async prepare() {
    return {
      async play(random, note) {
        const [start, end] = [0, 1].map(() => damageText(random, random.pick(good), pieces)) as [
          string,
          string,
        ];
        note(JSON.stringify([start, end]));
        const time = valueFrom(parseAtTime(start, START));
        if (time !== undefined)
          for (const [name, value] of Object.entries(time))
            expectThat(typeof value === "string" || Number.isSafeInteger(value), `${name} is ${value}`);
        const period = valueFrom(parsePeriod(start, end, START));
        if (period !== undefined)
          expectThat(
            Number.isSafeInteger(period.start) && Number.isSafeInteger(period.end),
            `a period from ${period.start} to ${period.end}`,
          );
      },
    };
  },
};
