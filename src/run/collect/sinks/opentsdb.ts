import { hostname } from "node:os";
import { BufferedSink } from "./buffered-sink.ts";
import { LineStream } from "./line-stream.ts";
import type { Point, SinkDefinition } from "./sink.ts";
import { addressText, bufferKeys, type SinkReader } from "./sink-reader.ts";

export const opentsdbKeys = ["address", "prefix", ...bufferKeys] as const;

/** OpenTSDB's `put` over TCP. Only complaints are answered; they are counted when the next batch is sent. */
export function parseOpentsdb(read: SinkReader): SinkDefinition | undefined {
  const address = read.address("address", 4242);
  const prefix = read.text("prefix", "names with dots between them");
  const buffering = read.buffering();
  if (address === undefined || read.failed) return undefined;
  const start = prefix === undefined ? "" : `${word(prefix)}.`;
  return {
    kind: "opentsdb",
    key: read.identity,
    open: (context) => {
      const stream = new LineStream(address, context.clock);
      const transport = {
        send: (points: readonly Point[], signal: AbortSignal) =>
          stream.send(points.map((point) => putLines(point, start)).join(""), signal),
        close: () => stream.close(),
      };
      return new BufferedSink("opentsdb", addressText(address), transport, buffering, context);
    },
  };
}

/** A line per known value. It must have a tag: the host's name if there is no other. */
export function putLines({ series, values, time }: Point, start: string): string {
  const tags = series.tags.length > 0 ? series.tags : ([["host", hostname()]] as const);
  const words = tags.map(([key, value]) => ` ${word(key)}=${word(value)}`).join("");
  // Up to ten digits are seconds there, thirteen milliseconds.
  const stamp = Number.isInteger(time) ? time : Math.round(time * 1000);
  let text = "";
  for (const [index, { name }] of series.fields.entries()) {
    const value = values[index];
    if (value === undefined || value === null) continue;
    text += `put ${start}${word(series.name)}.${word(name)} ${stamp} ${Number(value)}${words}\n`;
  }
  return text;
}

function word(text: string): string {
  return text.replaceAll(/[^A-Za-z0-9_./-]/g, "_") || "_";
}
