import { copyFileSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { unwrap } from "../src/base/index.ts";
import { openRrd } from "../src/rrd/index.ts";

/** A copy of a file that only ever sees whole updates. */
export class Reference {
  readonly #path: string;
  readonly #scratch: string;

  constructor(original: string, folder: string, name: string) {
    this.#path = join(folder, name);
    this.#scratch = join(folder, "scratch.rrd");
    copyFileSync(original, this.#path);
  }

  replay(updates: readonly string[]): void {
    store(this.#path, updates);
  }

  /**
   * Undefined when the file is what was replayed. A killed process may have written rows of the updates in `next`: they
   * stand where the oldest ones stood, and count only with the header.
   */
  difference(path: string, ...next: readonly string[]): string | undefined {
    const bytes = readFileSync(path);
    const whole = readFileSync(this.#path);
    if (bytes.equals(whole)) return undefined;
    copyFileSync(this.#path, this.#scratch);
    const following = next.map((update) => {
      store(this.#scratch, [update]);
      return readFileSync(this.#scratch);
    });
    const rrd = unwrap(openRrd(this.#path, { mode: "read" }));
    const { headerSize } = rrd.info();
    rrd.close();
    if (bytes.length !== whole.length) return `has ${bytes.length} bytes instead of ${whole.length}`;
    for (let at = 0; at < bytes.length; at++) {
      if (bytes[at] === whole[at]) continue;
      if (at < headerSize) return `byte ${at} of the header (of ${headerSize}) is not what a replay gives`;
      if (following.every((one) => bytes[at] !== one[at]))
        return `byte ${at}, in the rows, belongs to no update`;
    }
    return undefined;
  }
}

function store(path: string, updates: readonly string[]): void {
  const rrd = unwrap(openRrd(path, { mode: "write", farthestAhead: Number.POSITIVE_INFINITY }));
  try {
    if (updates.length > 0) unwrap(rrd.updateArguments(updates));
  } finally {
    rrd.close();
  }
}
