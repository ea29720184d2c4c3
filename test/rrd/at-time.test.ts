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
