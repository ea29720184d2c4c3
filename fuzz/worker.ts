/** One process that plays every n-th case: started by `run.ts` with the orders as its argument. */
import { ftruncateSync, openSync, writeSync } from "node:fs";
import type { Orders, Report } from "./orders.ts";
import { FuzzSession } from "./play.ts";

/** Cases between two signs of life. */
const STRIDE = 20;

const orders = JSON.parse(process.argv[2] ?? "") as Orders;
// On record before it is tried: what hangs or ends this process can be told and kept all the same.
const record = openSync(orders.record, "w");
let index = orders.first;
const session = new FuzzSession(
  orders.seed,
  orders.only,
  (input) => {
    ftruncateSync(record);
    writeSync(record, `${index}\n`, 0);
    writeSync(record, Buffer.from(input), 0, undefined, 16);
  },
  orders.folder,
);
// Whoever gave the orders is gone.
const orphaned = () => process.exit(1);
process.once("disconnect", orphaned);

let played = 0;
for (; index < orders.end; index += orders.stride) {
  const found = await session.play(index);
  if (found !== undefined) {
    const { kind, what, input } = found;
    const kept = Buffer.from(input).toString("base64");
    tell({ played, next: index, found: { index, kind, what, input: kept } });
  }
  if (++played === STRIDE) {
    tell({ played, next: index });
    played = 0;
  }
}
await session.close();
process.off("disconnect", orphaned);
tell({ played, next: orders.end });
process.disconnect();

function tell(report: Report): void {
  process.send?.(report);
  if (report.found !== undefined) played = 0;
}
