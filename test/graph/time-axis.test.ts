import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { calendarOf, dayStart, wallTime } from "../../src/graph/calendar.ts";
import { rangeText } from "../../src/graph/range-text.ts";
import { textWidth } from "../../src/graph/text-width.ts";
import { timeAxis } from "../../src/graph/time-axis.ts";

const BERLIN = "Europe/Berlin";

function axis(start: number, end: number, width: number, zone: string) {
  const calendar = calendarOf(zone);
  return timeAxis({ start, end, x: 40, width, pictureWidth: width + 60, textSize: 10, calendar });
}

function labels(from: string, to: string, width = 400, zone = BERLIN): string {
  const found = axis(Date.parse(from) / 1000, Date.parse(to) / 1000, width, zone);
  return found.ticks.map((tick) => tick.label).join(" ");
}

describe("the time axis", () => {
  it.each([
    [
      "2026-01-15T11:00:00Z",
      "2026-01-15T11:01:00Z",
      "12:00:00 12:00:10 12:00:20 12:00:30 12:00:40 12:00:50 ",
    ],
    ["2026-01-15T11:00:00Z", "2026-01-15T12:00:00Z", "12:00 12:10 12:20 12:30 12:40 12:50 13:00"],
    [
      "2026-01-15T11:00:00Z",
      "2026-01-16T11:00:00Z",
      "12:00 15:00 18:00 21:00 Fri 16 03:00 06:00 09:00 12:00",
    ],
    ["2026-01-15T11:00:00Z", "2026-01-22T11:00:00Z", "Fri 16 Sat 17 Sun 18 Mon 19 Tue 20 Wed 21 Thu 22"],
    ["2026-01-15T11:00:00Z", "2026-02-15T11:00:00Z", "19 Jan 26 Jan 2 Feb 9 Feb"],
    ["2025-06-15T11:00:00Z", "2026-06-15T11:00:00Z", "Jul Sep Nov 2026 Mar May"],
    ["2016-06-15T11:00:00Z", "2026-06-15T11:00:00Z", "2017 2018 2019 2020 2021 2022 2023 2024 2025 2026"],
  ])("from %s to %s", (from, to, expected) => {
    expect(labels(from, to)).toBe(expected);
  });

  it("stays on the wall clock when summer time begins: there is no 02:00", () => {
    expect(labels("2026-03-28T23:00:00Z", "2026-03-29T05:00:00Z")).toBe(
      "Sun 29 01:00 03:00 04:00 05:00 06:00 07:00",
    );
    expect(labels("2026-03-28T11:00:00Z", "2026-03-30T10:00:00Z")).toBe("12:00 Sun 29 12:00 Mon 30 12:00");
  });

  it("shows the hour that comes twice when summer time ends", () => {
    expect(labels("2026-10-24T22:00:00Z", "2026-10-25T04:00:00Z")).toBe(
      "Sun 25 01:00 02:00 02:00 03:00 04:00 05:00",
    );
    expect(labels("2026-10-24T10:00:00Z", "2026-10-26T11:00:00Z")).toBe(
      "12:00 18:00 Sun 25 06:00 12:00 18:00 Mon 26 06:00 12:00",
    );
  });

  it("follows zones with odd offsets", () => {
    expect(labels("2026-01-15T11:00:00Z", "2026-01-15T17:00:00Z", 400, "Asia/Kathmandu")).toBe(
      "17:00 18:00 19:00 20:00 21:00 22:00",
    );
    // Lord Howe Island moves its clocks by half an hour.
    expect(labels("2026-04-04T12:00:00Z", "2026-04-04T18:00:00Z", 400, "Australia/Lord_Howe")).toBe(
      "23:00 Sun 5 01:00 02:00 03:00 04:00",
    );
  });

  it("starts a day after midnight where a clock change swallows midnight", () => {
    // Beirut goes from 00:00 to 01:00 on the last Sunday of March.
    const calendar = calendarOf("Asia/Beirut");
    const start = dayStart(calendar, 2026, 3, 29);
    expect(wallTime(calendar, start)).toMatchObject({ day: 29, hour: 1, minute: 0 });
    expect(wallTime(calendar, start - 1)).toMatchObject({ day: 28, hour: 23, minute: 59 });
    expect(wallTime(calendar, dayStart(calendar, 2026, 13, 1))).toMatchObject({
      year: 2027,
      month: 1,
      day: 1,
      hour: 0,
    });
  });

  it("uses the time zone of the process when none is named", () => {
    const moment = Date.parse("2026-07-01T12:34:56Z") / 1000;
    const local = new Date(moment * 1000);
    expect(wallTime(calendarOf(undefined), moment)).toMatchObject({
      hour: local.getHours(),
      minute: local.getMinutes(),
    });
  });

  it("never lets labels overlap or leave the picture, and marks true wall-clock times", () => {
    const minute = 60;
    const tenYears = 3653 * 86_400;
    fc.assert(
      fc.property(
        fc.integer({ min: 946_684_800, max: 2_000_000_000 }),
        fc.double({ min: Math.log(minute), max: Math.log(tenYears), noNaN: true }),
        fc.integer({ min: 120, max: 1500 }),
        fc.constantFrom(
          "UTC",
          BERLIN,
          "America/New_York",
          "Asia/Kolkata",
          "Australia/Lord_Howe",
          "Asia/Beirut",
        ),
        (end, logarithm, width, zone) => {
          const period = Math.round(Math.exp(logarithm));
          const { ticks, minor } = axis(end - period, end, width, zone);
          expect(ticks.length).toBeGreaterThanOrEqual(1);
          let edge = 0;
          for (const { x, label, time } of ticks) {
            expect(x).toBeGreaterThanOrEqual(40);
            expect(x).toBeLessThanOrEqual(40 + width);
            expect(wallTime(calendarOf(zone), time).second % 5).toBe(0);
            if (label === "") continue;
            const half = textWidth(label, 10) / 2;
            expect(x - half).toBeGreaterThan(edge);
            edge = x + half + 5;
          }
          expect(edge).toBeLessThanOrEqual(width + 60 + 5);
          expect(minor.length).toBeLessThanOrEqual(width / 5);
        },
      ),
      { seed: 6, numRuns: 400 },
    );
  });
});

describe("the text of the time range", () => {
  it.each([
    ["2026-01-15T11:00:00Z", "2026-01-15T11:01:00Z", "15 Jan 2026, 12:00:00 – 12:01:00"],
    ["2026-01-15T11:00:00Z", "2026-01-15T12:00:00Z", "15 Jan 2026, 12:00 – 13:00"],
    ["2025-12-31T11:00:00Z", "2026-01-01T11:00:00Z", "31 Dec 12:00 – 1 Jan 12:00 2026"],
    ["2026-01-15T11:00:00Z", "2026-01-22T11:00:00Z", "15 – 22 Jan 2026"],
    ["2026-01-15T11:00:00Z", "2026-02-15T11:00:00Z", "15 Jan – 15 Feb 2026"],
    ["2025-06-15T11:00:00Z", "2026-06-15T11:00:00Z", "15 Jun 2025 – 15 Jun 2026"],
    ["2016-06-15T11:00:00Z", "2026-06-15T11:00:00Z", "Jun 2016 – Jun 2026"],
  ])("from %s to %s", (from, to, expected) => {
    expect(rangeText(calendarOf(BERLIN), Date.parse(from) / 1000, Date.parse(to) / 1000)).toBe(expected);
  });
});
