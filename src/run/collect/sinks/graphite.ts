import { BufferedSink } from "./buffered-sink.ts";
import { LineStream } from "./line-stream.ts";
import type { Point, SinkDefinition } from "./sink.ts";
import { addressText, bufferKeys, type SinkReader } from "./sink-reader.ts";

export const graphiteKeys = ["address", "prefix", "tagged", ...bufferKeys] as const;

/** Graphite's plain text over TCP: `prefix.name.tag-value.field VALUE SECONDS`. */
export function parseGraphite(read: SinkReader): SinkDefinition | undefined {
  const address = read.address("address", 2003);
  const prefix = read.text("prefix", "names with dots between them");
  const tagged = read.flag("tagged") ?? false;
  const buffering = read.buffering();
  if (address === undefined || read.failed) return undefined;
  const start = prefix === undefined ? "" : `${prefix.split(".").map(word).join(".")}.`;
  return {
    kind: "graphite",
    key: read.identity,
    open: (context) => {
      const stream = new LineStream(address, context.clock);
      const transport = {
        send: (points: readonly Point[], signal: AbortSignal) =>
          stream.send(points.map((point) => graphiteLines(point, start, tagged)).join(""), signal),
        close: () => stream.close(),
      };
      return new BufferedSink("graphite", addressText(address), transport, buffering, context);
    },
  };
}

/** A line per known value. Without `tagged` the tags' values are parts of the path, in the order of their names. */
export function graphiteLines({ series, values, time }: Point, start: string, tagged: boolean): string {
  const inside = tagged ? [] : series.tags.map(([, value]) => word(value));
  const path = [word(series.name), ...inside].join(".");
  const tags = tagged ? series.tags.map(([key, value]) => `;${word(key)}=${tagValue(value)}`).join("") : "";
  let text = "";
  for (const [index, { name }] of series.fields.entries()) {
    const value = values[index];
    if (value === undefined || value === null) continue;
    text += `${start}${path}.${word(name)}${tags} ${value} ${Math.floor(time)}\n`;
  }
  return text;
}

/** Of a folder or file; some room is left for `.wsp` and for what is put before. */
const longestWord = 200;

/** One part of a path: it becomes the name of a folder or file there. */
function word(text: string): string {
  return text.replaceAll(/[^A-Za-z0-9_-]/g, "_").slice(0, longestWord) || "_";
}

function tagValue(text: string): string {
  return text.replaceAll(/[^A-Za-z0-9_./:@%+-]/g, "_") || "_";
}
