import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { atTimeWarnings, parseAtTime } from "../../src/rrd/index.ts";

/** A Wednesday, 15:30:20. */
const NOW = Date.UTC(2026, 7, 12, 15, 30, 20) / 1000;

const zone = process.env.TZ;
beforeAll(() => {
  process.env.TZ = "UTC";
});
afterAll(() => {
  if (zone === undefined) delete process.env.TZ;
  else process.env.TZ = zone;
});

/** As ISO, without the zone. */
function meant(text: string): string {
  const time = parseAtTime(text, NOW);
  if (!time.ok) return time.problems[0]?.message ?? "";
  if (time.value.relativeTo !== "absolute") return time.value.relativeTo;
  return new Date(time.value.epoch * 1000).toISOString().slice(0, 19);
}

describe("times that are not what they seem are warned of, and are what the warning says", () => {
  test.each([
    ["now-5m", "2026-03-12T15:30:20", '"5m" in "now-5m" is 5 months: write 5min or 5mon'],
    ["-1d30m", "2024-02-11T15:30:20", '"30m" in "-1d30m" is 30 months: write 30min or 30mon'],
    ["now-1w2m", "2026-06-05T15:30:20", '"2m" in "now-1w2m" is 2 months: write 2min or 2mon'],
    [
      "now-1fortnight",
      "2026-08-12T15:30:19",
      '"fortnight" in "now-1fortnight" is no known unit: it is taken for seconds',
    ],
    ["now-5mins", "2026-08-12T15:30:15", '"mins" in "now-5mins" is no known unit: it is taken for seconds'],
    [
      "now-90+30",
      "2026-08-12T15:28:20",
      'what follows a number without a unit in "now-90+30" is not read as it looks: give each a unit',
    ],
    [
      "now-1.5h",
      "2026-08-12T10:30:19",
      'what follows a number without a unit in "now-1.5h" is not read as it looks: give each a unit',
    ],
    ["now-1h;x", "2026-08-12T14:30:20", '";x" in "now-1h;x" is not read: nothing counts behind it'],
    ["5", "2026-08-12T05:00:00", '"5" is 5 o\'clock of today'],
    [
      "sep 13",
      "2026-09-13T15:30:20",
      '"sep 13" has no time of day: that of now is taken, write 00:00 with it',
    ],
    [
      "noon monday",
      "2026-08-10T12:00:00",
      'the weekday in "noon monday" is the one of this week, Sunday to Saturday: it may be still to come',
    ],
    [
      "noon friday",
      "2026-08-14T12:00:00",
      'the weekday in "noon friday" is the one of this week, Sunday to Saturday: it may be still to come',
    ],
    [
      "20260230",
      "2026-03-02T00:00:00",
      '"20260230" names a day that its month does not have: it counts on into the next one',
    ],
    [
      "00:00 31.06.2026",
      "2026-07-01T00:00:00",
      '"00:00 31.06.2026" names a day that its month does not have: it counts on into the next one',
    ],
  ])("%s", (text, time, warning) => {
    expect(meant(text)).toBe(time);
    expect(atTimeWarnings(text, NOW)).toEqual([warning]);
  });

  test.each(["13.09", "9/13", "8:00am sep 1"])("%s lands in the year 30000", (text) => {
    expect(meant(text)).toMatch(/^\+?0?3[01]\d{3}-|out of range/);
    expect(atTimeWarnings(text, NOW)).toEqual([
      `"${text}" has a date without a year behind a number: that is read as the year 30000, give it a year`,
    ]);
  });
});

test.each([
  "now",
  "1600000000",
  "now-1h",
  "-1d",
  "now-30m",
  "now-1h5m",
  "now-1d6h",
  "now-5min",
  "now-1mon",
  "now-90",
  "end-1d",
  "start+2min",
  "epoch+5d",
  "midnight",
  "midnight-7d",
  "noon yesterday",
  "00:00",
  "6am",
  "20260801",
  "00:00 20260801",
  "12:30 13.09.2020",
  "9/13/2020",
  "13.09.20",
  "8:00am sep 1 2020",
  "noon sep 13 2020",
  "29.02.2024",
  "now - 1 day",
])("%s is what it seems", (text) => {
  expect(parseAtTime(text, NOW)).toMatchObject({ ok: true });
  expect(atTimeWarnings(text, NOW)).toEqual([]);
});

describe("a time of day that is there twice, as clocks go back", () => {
  const first = 1_761_438_600;
  const winter = first + 30 * 86_400;
  beforeAll(() => {
    process.env.TZ = "Europe/Berlin";
  });
  afterAll(() => {
    process.env.TZ = "UTC";
  });

  test.each([
    ["02:30 26.10.2025", winter, "taken is 1761442200, the second; the other is 1761438600"],
    ["02:30 26.10.2025+1h", winter, "taken is 1761442200, the second; the other is 1761438600"],
    ["02:30", first - 3600, "taken is 1761438600, the first; the other is 1761442200"],
  ])("%s is warned of", (text, now, taken) => {
    expect(atTimeWarnings(text, now)).toEqual([`"${text}" is there twice, as clocks went back: ${taken}`]);
  });

  test.each([
    "now",
    "now-1h",
    "1761438600",
    "01:59 26.10.2025",
    "03:00 26.10.2025",
    "02:30 30.03.2025",
    "end-1h",
  ])("%s is not, even if it is then", (text) => {
    expect(atTimeWarnings(text, first)).toEqual([]);
  });
});
