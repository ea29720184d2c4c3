import { HttpPost, type Login } from "./http-post.ts";
import { labelsOf, metricName } from "./prometheus-names.ts";
import type { Point, SinkTransport } from "./sink.ts";
import { snappyBlock, varint } from "./snappy.ts";

/** How Prometheus and its kin refuse what is not newer than what they have. */
const old = /out of order|duplicate sample|out-of-order|err-mimir-sample-(out-of-order|duplicate)/i;

/** Prometheus' remote write, version 1.0. */
export function remoteWrite(url: URL, login: Login, dir: string): SinkTransport {
  const post = new HttpPost(url, login, dir, {
    "Content-Type": "application/x-protobuf",
    "Content-Encoding": "snappy",
    "User-Agent": "procblock",
    "X-Prometheus-Remote-Write-Version": "0.1.0",
  });
  let unsure: readonly Point[] | undefined;
  return {
    async send(points, signal) {
      const outcome = await post.send(snappyBlock(writeRequest(points)), signal);
      if (outcome.kind === "failed" && outcome.maybeTaken === true) unsure = points;
      // Receivers take a request as a whole. One whose answer was lost is refused the second time: it is there.
      const isThere = outcome.kind === "rejected" && unsure === points && old.test(outcome.problem.message);
      return isThere ? { kind: "sent" } : outcome;
    },
    close: () => post.close(),
  };
}

/**
 * `WriteRequest{repeated TimeSeries timeseries = 1}`, `TimeSeries{repeated Label labels = 1; repeated Sample samples =
 * 2}`, `Label{string name = 1; string value = 2}`, `Sample{double value = 1; int64 timestamp = 2}`. Every series once,
 * its samples in order.
 */
export function writeRequest(points: readonly Point[]): Uint8Array {
  const timeseries = new Map<string, { readonly labels: Uint8Array; readonly samples: Uint8Array[] }>();
  for (const { series, values, time } of points) {
    const labels = labelsOf(series);
    for (const [index, { name }] of series.fields.entries()) {
      const value = values[index];
      if (value === undefined || value === null) continue;
      const all: (readonly [string, string])[] = [["__name__", metricName(series, name)], ...labels];
      const key = JSON.stringify(all);
      let known = timeseries.get(key);
      if (known === undefined) {
        // Sorted by name, which is what receivers rely on.
        const sorted = all.toSorted(([a], [b]) => (a < b ? -1 : 1));
        const pairs = sorted.map(([label, text]) =>
          part(1, [part(1, [Buffer.from(label)]), part(2, [Buffer.from(text)])]),
        );
        known = { labels: Buffer.concat(pairs), samples: [] };
        timeseries.set(key, known);
      }
      known.samples.push(
        part(2, [double(1, Number(value)), Uint8Array.of(0x10), varint(Math.round(time * 1000))]),
      );
    }
  }
  return Buffer.concat([...timeseries.values()].map(({ labels, samples }) => part(1, [labels, ...samples])));
}

/** A field that has a length: text or a message. */
function part(field: number, content: readonly Uint8Array[]): Uint8Array {
  const length = content.reduce((sum, piece) => sum + piece.length, 0);
  return Buffer.concat([Uint8Array.of((field << 3) | 2), varint(length), ...content]);
}

function double(field: number, value: number): Uint8Array {
  const bytes = Buffer.alloc(9);
  bytes[0] = (field << 3) | 1;
  bytes.writeDoubleLE(value, 1);
  return bytes;
}
