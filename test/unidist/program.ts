/** Another process or thread at work on a store: `program.ts JOB URL [NUMBER]`. Reports line by line. */
import { writeSync } from "node:fs";
import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";
import type { Seconds } from "../../src/base/index.ts";
import { openSpace, type SharedError, type Space } from "../../src/unidist/index.ts";
import { recordHistory } from "./record-history.ts";

const given = isMainThread ? process.argv.slice(2) : (workerData as string[]);
const [job = "", url = "", number = "0"] = given;
const say = (line: string) => {
  if (isMainThread) writeSync(1, `${line}\n`);
  else parentPort?.postMessage(line);
};
function expectCode(error: SharedError, code: string): void {
  if (error.code !== code) throw error;
}
/** Stays until it is killed. */
const stay = () => new Promise<void>(() => setInterval(() => undefined, 1000));

const jobs: Readonly<Record<string, (space: Space) => Promise<void>>> = {
  async increment(space) {
    for (let i = 0; i < Number(number); i++) await space.counter("hits").increment();
  },

  /** Says what has been done, always after it was done. */
  async everything(space) {
    say("ready");
    for (;;) {
      await space.counter("hits").increment();
      say("counted");
      await space.queue("jobs").push("x".repeat(500));
      say("pushed");
      await space.state("settings").update("n", (n) => Number(n ?? 0) + 1);
      await space.log("events").append("y".repeat(500));
      const lease = await space.lock("door").acquire({ timeout: 0 as Seconds });
      await lease?.release();
      const taken = await space.queue("others").take();
      // Another one may have trimmed it away.
      await taken?.ack().catch((error: SharedError) => expectCode(error, "lost"));
      await space.queue("others").pushMany([1, 2]);
      await space.queue("others").trim({ keep: 10 });
    }
  },

  async hold(space) {
    const lease = await space.lock("door").acquire();
    say("held");
    lease?.lost.addEventListener("abort", () => say("lost"));
    await stay();
  },

  async wait(space) {
    say("waits");
    const lease = await space.lock("door").acquire();
    say("held");
    await lease?.release();
  },

  async take(space) {
    const taken = await space.queue("jobs").take({ visibility: 1000 as Seconds });
    say(`took ${taken?.message}`);
    await stay();
  },

  /** Until a message says that it is the end. */
  async consume(space) {
    for (;;) {
      const taken = await space.queue("jobs").take({ wait: 20 as Seconds });
      if (taken === undefined) break;
      await taken.ack();
      if (taken.message === "end") break;
      say(String(taken.message));
    }
  },

  async produce(space) {
    for (let i = 0; i < Number(number); i++) await space.queue("jobs").push(i);
  },

  async subscribe(space) {
    const messages = space.queue("jobs").subscribe()[Symbol.asyncIterator]();
    const first = messages.next();
    await space.state("signals").set("subscribed", true);
    say("subscribed");
    for (let next = await first; next.done !== true; next = await messages.next()) {
      if (next.value.message === "end") break;
      say(String(next.value.message));
    }
    await messages.return?.();
  },

  async history(space) {
    const go = space.state("signals").watch("go")[Symbol.asyncIterator]();
    const first = go.next();
    say("ready");
    await first;
    await go.return?.();
    say(JSON.stringify(await recordHistory(space, number)));
  },

  /** Starts workers that do everything and terminates each after a while, `number` times. */
  async terminate() {
    let left = Number(number);
    const one = async () => {
      while (left-- > 0) {
        const worker = new Worker(new URL(import.meta.url), { workerData: ["everything", url, "0"] });
        await new Promise((resolve) => worker.once("message", resolve));
        // Not a wait for anything: any moment may be the one.
        await new Promise((resolve) => setTimeout(resolve, Math.random() * 8));
        await worker.terminate();
      }
    };
    await Promise.all([one(), one(), one()]);
  },
};

const space = openSpace(url, "test");
await jobs[job]?.(space);
await space.close();
