import { readFileSync } from "node:fs";
import { afterAll, describe, expect, test } from "vitest";
import { parseAtTime, parsePeriod } from "../../src/rrd/index.ts";

interface TimeVector {
  readonly tz: string;
  readonly now: number;
  readonly spec: string;
  readonly epoch?: number;
  readonly error?: string;
  readonly relative_to?: string;
  readonly offset?: number;
  readonly mday?: number;
  readonly mon?: number;
  readonly year?: number;
}

const vectors = JSON.parse(
  readFileSync(new URL("../fixtures/rrd-time-vectors.json", import.meta.url), "utf8"),
) as TimeVector[];

const zone = process.env.TZ;
afterAll(() => {
  if (zone === undefined) delete process.env.TZ;
  else process.env.TZ = zone;
});

function read(vector: TimeVector): unknown {
  process.env.TZ = vector.tz;
  const parsed = parseAtTime(vector.spec, vector.now);
  if (!parsed.ok) return { error: parsed.problems[0]?.message };
  const time = parsed.value;
  if (time.relativeTo === "absolute") return { epoch: time.epoch };
  return {
    relative_to: time.relativeTo,
    offset: time.seconds,
    mday: time.days,
    mon: time.months,
    year: time.years,
  };
}

describe("at-style times mean what rrdtool takes them for", () => {
  for (const tz of new Set(vectors.map((vector) => vector.tz))) {
    test(`in ${tz}`, () => {
      const ours = vectors.filter((vector) => vector.tz === tz);
      expect(ours.map((vector) => ({ spec: vector.spec, ...(read(vector) as object) }))).toEqual(
        ours.map(({ tz: _tz, now: _now, ...answer }) => answer),
      );
    });
  }
});

describe("a period", () => {
  const period = (start: string, end: string) => {
    process.env.TZ = "UTC";
    const parsed = parsePeriod(start, end, 1_600_000_123);
    return parsed.ok ? parsed.value : parsed.problems[0]?.message;
  };

  test("has its start counted back from its end", () => {
    expect(period("end-1h", "1500000000")).toEqual({ start: 1_499_996_400, end: 1_500_000_000 });
  });

  test("has its end counted from its start", () => {
    expect(period("1500000000", "start+1d")).toEqual({ start: 1_500_000_000, end: 1_500_086_400 });
  });

  test("cannot hang in the air", () => {
    expect(period("end-1h", "start+1h")).toBe(
      "the start and end times cannot be specified relative to each other",
    );
    expect(period("start-1h", "now")).toBe("the start time cannot be specified relative to itself");
  });

  test("beyond all whole numbers of seconds is refused", () => {
    const refused = "the specified time is incorrect (out of range?)";
    const long = "9".repeat(40);
    expect(period("now", `now+${long}`)).toBe(`end time: ${refused}`);
    expect(period(`end-${long}hours`, "now")).toBe(`start time: ${refused}`);
    expect(period("end-999999999years", "now")).toBe(refused);
    expect(period(`end-${"9".repeat(400)}`, "now")).toBe(`start time: ${refused}`);
  });

  test("names the end that cannot be read", () => {
    expect(period("bogus", "now")).toBe("start time: unparsable time: bogus");
    expect(period("now", "bogus")).toBe("end time: unparsable time: bogus");
  });
});

// In Berlin, 2025-10-26: half past two comes in summer time, and an hour later once more.
const FIRST = 1_761_438_600;
const SECOND = FIRST + 3600;

describe("in the hour that is there twice in autumn, times are those of rrdtool", () => {
  // What rrdtool 1.7.2 says when its clock stands there.
  test.each([
    [FIRST, "now", 0],
    [FIRST, "now-1h", -3600],
    [FIRST, "now-1d", -86_400],
    [FIRST, "now+1d", 90_000],
    [FIRST, "02:30", 0],
    [FIRST, "02:30 26.10.2025", 0],
    [FIRST, "midnight+2h", -1800],
    [FIRST, String(SECOND), 3600],
    [FIRST, `${SECOND}-1d+1d`, 3600],
    [SECOND, "now", 0],
    [SECOND, "now-30min", -1800],
    [SECOND, "now-2h", -7200],
    [SECOND, "now-1d", -90_000],
    [SECOND, "now-1d+1d", 0],
    [SECOND, "02:30", 0],
    [SECOND, "midnight+2h", -5400],
    [SECOND, String(FIRST), -3600],
    [SECOND, String(SECOND), 0],
    [SECOND + 3600, "02:30 26.10.2025", -3600],
    [SECOND + 3600, String(SECOND), -3600],
    [SECOND + 3600, `${FIRST}-1d+1d`, -7200],
  ])("at %i, %s is %i seconds off", (now, text, difference) => {
    process.env.TZ = "Europe/Berlin";
    expect(parseAtTime(text, now)).toMatchObject({ value: { epoch: now + difference } });
  });
});

test("where clocks go back by half an hour, too", () => {
  process.env.TZ = "Australia/Lord_Howe";
  // 2025-04-06, a quarter to two: at 10:30 hours before UTC, half an hour after it was that at 11.
  const [first, second] = [1_743_864_300, 1_743_866_100];
  expect([first, second].map((time) => new Date(time * 1000).getHours())).toEqual([1, 1]);
  for (const time of [first, second])
    expect(parseAtTime("now", time)).toMatchObject({ value: { epoch: time } });
});
