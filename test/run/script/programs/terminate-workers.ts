/**
 * Terminates many threads at moments of its seed while they share something: `terminate-workers.ts WORKER URL SEED
 * HOW-MANY`. Prints what the store says afterwards.
 */
import { Worker } from "node:worker_threads";
import { openSpace } from "../../../../src/unidist/index.ts";
import type { Order } from "./share-until-killed.ts";

const [file = "", url = "", seedText = "1", count = "1"] = process.argv.slice(2);
let seed = Number(seedText);
/** 0 up to `below`. */
const random = (below: number) => {
  seed = (seed * 48271) % 2147483647;
  return seed % below;
};

const space = openSpace(url, "terminated");
await space.counter("hits").set(0);

const TOGETHER = 3;
let [left, answered] = [Number(count), 0];
await Promise.all(Array.from({ length: TOGETHER }, terminateSome));

const value = await space.counter("hits").get();
await space.counter("hits").increment();
await space.queue("jobs").push("last");
await space.state("bucket").set("last", true);
await space.log("lines").append("last");
console.log(JSON.stringify({ answered, value: Number(value) }));
await space.close();

async function terminateSome(): Promise<void> {
  while (left-- > 0) {
    const done = new Int32Array(new SharedArrayBuffer(8));
    const order: Order = { url, seed: 1 + random(1_000_000), done };
    const worker = new Worker(file, { workerData: order });
    worker.on("error", (error) => {
      console.error(error);
      process.exitCode = 1;
    });
    // Also before it has opened the file, and while it opens it.
    const operations = random(10);
    for (let seen = 0; seen < operations; seen = Atomics.load(done, 0))
      await Atomics.waitAsync(done, 0, seen).value;
    for (let spins = random(30_000); spins > 0; spins--) Atomics.load(done, 0);
    await worker.terminate();
    answered += Atomics.load(done, 1);
  }
}
