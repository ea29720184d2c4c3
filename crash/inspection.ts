import { hasRrdtool, RrdtoolSession } from "../fuzz/rrdtool-session.ts";
import { openRrd } from "../src/rrd/index.ts";

/** Looks at files as a user would after a crash: with ours and with rrdtool. */
export class Inspection {
  readonly #rrdtool = hasRrdtool ? new RrdtoolSession("/") : undefined;

  readonly #mode: "read" | "write";

  /** `write`: as who goes on filling the files. A header that was cut off is completed. */
  constructor(mode: "read" | "write") {
    this.#mode = mode;
  }

  /** Epoch seconds of the last update; a text is why the file cannot be read. */
  async lastUpdate(path: string): Promise<number | string> {
    const opened = openRrd(path, { mode: this.#mode });
    if (!opened.ok) return opened.problems[0]?.message ?? "refused";
    const { lastUpdate } = opened.value;
    opened.value.close();
    if (this.#rrdtool === undefined) return lastUpdate;
    const info = await this.#rrdtool.ask(`info ${path}`);
    const theirs = /^last_update = (\d+)$/m.exec(info ?? "")?.[1];
    if (theirs === undefined) return "rrdtool cannot read it";
    return Number(theirs) === Math.floor(lastUpdate)
      ? lastUpdate
      : `rrdtool has ${theirs} as its last update`;
  }

  async close(): Promise<void> {
    await this.#rrdtool?.close();
  }
}
