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
    copyFileSync(this.#path, this.#scratch);
    const following = next.map((update) => {
      store(this.#scratch, [update]);
      return readFileSync(this.#scratch);
    });
    return this.#compare(path, (byte, at) => following.some((one) => byte === one[at]));
  }

  /** The same where nobody knows what the next samples were to be: rows that come due until `until` may be anything. */
  differenceUntil(path: string, until: number): string | undefined {
    const rrd = unwrap(openRrd(this.#path, { mode: "read" }));
    const { headerSize, step, lastUpdate, dataSources, archives } = rrd.info();
    rrd.close();
    const rowBytes = dataSources.length * 8;
    const due: (readonly [from: number, to: number])[] = [];
    let start = headerSize;
    for (const { pdpPerRow, rows, currentRow } of archives) {
      const seconds = pdpPerRow * step;
      const count = Math.min(rows, Math.floor(until / seconds) - Math.floor(lastUpdate / seconds));
      for (let ahead = 1; ahead <= count; ahead++) {
        const from = start + ((currentRow + ahead) % rows) * rowBytes;
        due.push([from, from + rowBytes]);
      }
      start += rows * rowBytes;
    }
    return this.#compare(path, (_, at) => due.some(([from, to]) => at >= from && at < to));
  }

  #compare(path: string, mayBe: (byte: number, at: number) => boolean): string | undefined {
    const bytes = readFileSync(path);
    const whole = readFileSync(this.#path);
    if (bytes.equals(whole)) return undefined;
    const rrd = unwrap(openRrd(this.#path, { mode: "read" }));
    const { headerSize } = rrd.info();
    rrd.close();
    if (bytes.length !== whole.length) return `has ${bytes.length} bytes instead of ${whole.length}`;
    for (const [at, byte] of bytes.entries()) {
      if (byte === whole[at]) continue;
      if (at < headerSize) return `byte ${at} of the header (of ${headerSize}) is not what a replay gives`;
      if (!mayBe(byte, at)) return `byte ${at}, in the rows, belongs to no update`;
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
