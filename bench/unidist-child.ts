/** Another process or thread at work on the store of `unidist.ts`: `unidist-child.ts JOB URL NUMBER`. */
import { isMainThread, parentPort, workerData } from "node:worker_threads";
import type { Seconds } from "../src/base/index.ts";
import { openSpace } from "../src/unidist/index.ts";

type Send = (message: unknown) => void;

if (import.meta.main && isMainThread) {
  const [job = "", url = "", number = "0"] = process.argv.slice(2);
  await work(job, url, Number(number), (message) => process.send?.(message));
  process.disconnect?.();
} else if (!isMainThread && workerData?.job !== undefined) {
  const { job, url, number } = workerData as { job: string; url: string; number: number };
  await work(job, url, number, (message) => parentPort?.postMessage(message));
}

async function work(job: string, url: string, number: number, send: Send): Promise<void> {
  const space = openSpace(url, "bench");
  if (job === "count") await count();
  else await handOver();
  await space.close();

  /** For `number` ms; tells how many and the longest wait. */
  async function count() {
    const counter = space.counter("shared");
    await counter.get();
    send("ready");
    let [done, worst] = [0, 0];
    for (let now = performance.now(), end = now + number; now < end; done++) {
      await counter.increment();
      const after = performance.now();
      worst = Math.max(worst, after - now);
      now = after;
    }
    send({ done, worst });
  }

  /** Takes the lock `number` times after each other; tells when it got it and when it gave it back, by the wall clock. */
  async function handOver() {
    const lock = space.lock("baton");
    send("ready");
    const [got, gave]: [number[], number[]] = [[], []];
    for (let turn = 0; turn < number; turn++) {
      const lease = await lock.acquire({ timeout: 60 as Seconds });
      got.push(performance.timeOrigin + performance.now());
      // The other one gets in line meanwhile.
      await new Promise((resolve) => setTimeout(resolve, 4));
      gave.push(performance.timeOrigin + performance.now());
      await lease?.release();
    }
    send({ got, gave });
  }
}
