import { open, rename, rm } from "node:fs/promises";
import { resolve } from "node:path";
import { parseBytes, problem } from "../../../base/index.ts";
import { shown } from "../reader.ts";
import { BufferedSink } from "./buffered-sink.ts";
import type { Point, SendOutcome, SinkDefinition, SinkTransport } from "./sink.ts";
import { bufferKeys, type SinkReader } from "./sink-reader.ts";

export const jsonlKeys = ["path", "size", "keep", ...bufferKeys] as const;

/** A file of JSON lines; at `size` it becomes FILE.1, that one FILE.2, and so on, up to `keep`. */
export function parseJsonl(read: SinkReader): SinkDefinition | undefined {
  const path = read.text("path", "the name of a file");
  if (!read.has("path")) return read.missing("path", "such as samples.jsonl");
  const given = read.get("size");
  const size = given === undefined ? 10_000_000 : parseBytes(given);
  if (size === undefined || size < 1000) {
    return read.wrong("size", `"size" must be a size such as 10MB, not ${shown(given ?? null)}`);
  }
  const keep = read.whole("keep", 0, 1000) ?? 5;
  const buffering = read.buffering();
  if (path === undefined || read.failed) return undefined;
  const file = resolve(read.dir, path);
  return {
    kind: "jsonl",
    key: read.identity,
    open: (context) => new BufferedSink("jsonl", file, new JsonLines(file, size, keep), buffering, context),
  };
}

class JsonLines implements SinkTransport {
  readonly #path: string;
  readonly #size: number;
  readonly #keep: number;

  constructor(path: string, size: number, keep: number) {
    this.#path = path;
    this.#size = size;
    this.#keep = keep;
  }

  /** Opened for each batch, so that others may move or delete the file at any time. */
  async send(points: readonly Point[]): Promise<SendOutcome> {
    const text = points.map(jsonLine).join("");
    try {
      const file = await open(this.#path, "a+", 0o640);
      let isFull = false;
      try {
        const { size } = await file.stat();
        const end = Buffer.alloc(1);
        if (size > 0) await file.read(end, 0, 1, size - 1);
        // A line that a crash cut off is ended, so that only it is lost.
        const bytes = Buffer.from(size > 0 && end[0] !== 0x0a ? `\n${text}` : text);
        try {
          let done = 0;
          while (done < bytes.length) done += (await file.write(bytes, done)).bytesWritten;
        } catch (error) {
          // What got in of a batch that did not fit comes again as a whole.
          await file.truncate(size);
          throw error;
        }
        isFull = size + bytes.length >= this.#size;
      } finally {
        await file.close();
      }
      if (isFull) await this.#rotate();
      return { kind: "sent" };
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      return { kind: "failed", problem: problem("sink-failed", message) };
    }
  }

  close(): void {}

  async #rotate(): Promise<void> {
    // The batch is in the file: a rename that fails is tried again when the next one is.
    try {
      if (this.#keep === 0) await rm(this.#path);
      for (let number = this.#keep - 1; number >= 0; number--) {
        const from = number === 0 ? this.#path : `${this.#path}.${number}`;
        await rename(from, `${this.#path}.${number + 1}`).catch((error: NodeJS.ErrnoException) => {
          if (error.code !== "ENOENT") throw error;
        });
      }
    } catch {
      return;
    }
  }
}

/** `{"time":…,"name":…,"tags":{…},"values":{…}}` and a line end; whole numbers with all their digits. */
export function jsonLine({ series, values, time }: Point): string {
  const tags = series.tags.map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`);
  const known: string[] = [];
  for (const [index, { name }] of series.fields.entries()) {
    const value = values[index];
    if (value !== undefined && value !== null) known.push(`${JSON.stringify(name)}:${value}`);
  }
  return `{"time":${time},"name":${JSON.stringify(series.name)},"tags":{${tags.join(",")}},"values":{${known.join(",")}}}\n`;
}
