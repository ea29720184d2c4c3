import { describe, expect, test } from "vitest";
import { ManualClock } from "../../src/base/index.ts";
import { openSpace } from "../../src/unidist/index.ts";
import { spaceContract } from "./contract.ts";

let store = 0;

describe("memory", () => {
  spaceContract(() => {
    const clock = new ManualClock();
    const url = `memory:${++store}`;
    return { clock, queueLimit: 5000, open: (name) => openSpace(url, name, { clock, queueLimit: 5000 }) };
  });
});

test("a store that is not known is an error", () => {
  expect(() => openSpace("ftp://x", "a")).toThrow('unknown store "ftp://x"');
});

test("a space is gone when its last handle is closed", async () => {
  const [one, two] = [openSpace("memory:gone", "a"), openSpace("memory:gone", "a")];
  await one.counter("n").increment();
  await one.close();
  expect(await two.counter("n").get()).toBe(1n);
  await two.close();
  const three = openSpace("memory:gone", "a");
  expect(await three.counter("n").get()).toBe(0n);
  await three.close();
});

test("a subscriber that falls too far behind is told so", async () => {
  const space = openSpace("memory:behind", "a", { queueLimit: 2 });
  const queue = space.queue("wall");
  const messages = queue.subscribe()[Symbol.asyncIterator]();
  for (let i = 0; i < 3; i++) {
    await queue.push(i);
    await queue.pop();
  }
  await expect(messages.next()).rejects.toThrow('a subscriber of queue "wall" fell 2 messages behind');
  await space.close();
});
