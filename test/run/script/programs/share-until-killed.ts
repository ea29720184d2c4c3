/** A worker thread that changes shared things by itself, in an order of its seed, until it is terminated. */
import { workerData } from "node:worker_threads";
import { openFile } from "../../../../src/run/script/shared-direct.ts";
import type { Counter, Log, Queue, State } from "../../../../src/unidist/index.ts";
import { parseStoreUrl } from "../../../../src/unidist/index.ts";

export interface Order {
  readonly url: string;
  readonly seed: number;
  /** [0]: operations done. [1]: increments that were answered. */
  readonly done: Int32Array<SharedArrayBuffer>;
}

const { url, seed, done } = workerData as Order;
const direct = await openFile(parseStoreUrl(url), "terminated");
const counter = (await direct.find("counter", "hits")) as Counter;
const queue = (await direct.find("queue", "jobs")) as Queue;
const state = (await direct.find("state", "bucket")) as State;
const log = (await direct.find("log", "lines")) as Log;

for (let turn = seed; ; turn = (turn * 48271) % 2147483647) {
  switch (turn % 6) {
    case 0:
      await queue.pushMany(["one", { two: 2 }, "three"]);
      break;
    case 1:
      await queue.popMany(2);
      break;
    case 2:
      await state.update("sum", (value) => ((value as number | undefined) ?? 0) + 1);
      break;
    case 3:
      await log.append({ turn });
      break;
    default:
      await counter.increment();
      Atomics.add(done, 1, 1);
  }
  Atomics.add(done, 0, 1);
  Atomics.notify(done, 0);
}
