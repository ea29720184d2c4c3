import { expect, test } from "vitest";
import { ManualClock, type Milliseconds } from "../../src/base/index.ts";
import { OpeningTurns } from "../../src/run/collect/opening-turns.ts";

/** Opening takes ten milliseconds of this clock. */
class SlowClock extends ManualClock {
  lost = 0;
  override monotonic(): Milliseconds {
    return (super.monotonic() + this.lost) as Milliseconds;
  }
}

test("Openings beyond a turn's share wait for the next turns, in order.", async () => {
  const clock = new SlowClock();
  const turns = new OpeningTurns(clock);
  const opened: number[] = [];
  for (let file = 0; file < 8; file++) {
    turns.take(() => {
      opened.push(file);
      clock.lost += 10;
    });
  }
  expect(opened).toEqual([0, 1, 2]);
  await clock.advance(100);
  expect(opened).toEqual([0, 1, 2, 3, 4, 5]);
  await clock.advance(1000);
  expect(opened).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  expect(clock.pending).toBe(0);
});

test("After close nobody gets a turn.", async () => {
  const clock = new SlowClock();
  const turns = new OpeningTurns(clock);
  const opened: number[] = [];
  for (let file = 0; file < 5; file++) {
    turns.take(() => {
      opened.push(file);
      clock.lost += 50;
    });
  }
  turns.close();
  await clock.advance(1000);
  expect(opened).toEqual([0]);
});
