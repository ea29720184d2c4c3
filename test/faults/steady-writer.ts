/** Stores into a file until SIGTERM, and says how often. */
import { unwrap } from "../../src/base/index.ts";
import { openRrd } from "../../src/rrd/index.ts";

const START = 1_600_000_000;
const rrd = unwrap(
  openRrd(process.argv[2] ?? "", { mode: "write", farthestAhead: Number.POSITIVE_INFINITY }),
);
let count = 0;
let ended = false;
process.once("SIGTERM", () => {
  ended = true;
});
const next = () => {
  if (ended) {
    rrd.close();
    process.stdout.write(`stored ${count}`);
    return;
  }
  for (let some = 0; some < 5; some++) {
    count++;
    unwrap(
      rrd.update(
        START + count,
        rrd.names.map(() => count),
      ),
    );
  }
  if (count === 5) process.stdout.write("writing\n");
  setTimeout(next, 1);
};
next();
