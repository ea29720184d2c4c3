import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { graphiteLines } from "../../../src/run/collect/sinks/graphite.ts";
import { lineOf } from "../../../src/run/collect/sinks/influxdb.ts";
import { jsonLine } from "../../../src/run/collect/sinks/jsonl.ts";
import { putLines } from "../../../src/run/collect/sinks/opentsdb.ts";
import { writeRequest } from "../../../src/run/collect/sinks/prometheus-remote-write.ts";
import { prometheusText } from "../../../src/run/collect/sinks/prometheus-text.ts";
import { command, Refusal, ReplyReader } from "../../../src/run/collect/sinks/resp.ts";
import { snappyBlock } from "../../../src/run/collect/sinks/snappy.ts";
import { packed } from "../../../src/run/collect/sinks/udp.ts";
import { pointOf, seriesOf } from "./sinking.ts";
import {
  readGraphiteLine,
  readInfluxLine,
  readPrometheusText,
  readPutLine,
  readWriteRequest,
  unsnappy,
} from "./strict-readers.ts";

const hostile = fc.oneof(
  fc.string({ minLength: 1, maxLength: 12, unit: "binary" }),
  fc.string({ minLength: 1, maxLength: 8, unit: fc.constantFrom(..."\\\"',= \n\r\t\0#{};~é😀aZ9._-") }),
);
const number = fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.maxSafeInteger());
const seed = { seed: 20_231_114, numRuns: 500 };
const series = seriesOf("disk", { host: "web 1", mount: "/var,x" }, "used", "free");

describe("names and tags of any kind make one right line per value", () => {
  const hostilePoint = fc
    .tuple(hostile, hostile, hostile, number)
    .map(([name, key, tag, value]) => pointOf(seriesOf(name, { [key]: tag }, "v"), value));
  const same = (value: unknown) => (value === 0 ? 0 : value);
  const all = (check: (point: ReturnType<typeof pointOf>) => void) =>
    fc.assert(fc.property(hostilePoint, check), seed);

  test("in InfluxDB's line protocol", () => {
    all((point) => {
      const text = lineOf(point, "ms");
      expect(text.indexOf("\n")).toBe(text.length - 1);
      const read = readInfluxLine(text.slice(0, -1));
      expect(same(read.fields.v)).toBe(same(point.values[0]));
      expect(Object.keys(read.tags)).toHaveLength(1);
    });
  });

  test("for Graphite, with tags as parts of the path and as tags", () => {
    all((point) => {
      for (const tagged of [false, true]) {
        const text = graphiteLines(point, "a.", tagged);
        expect(same(readGraphiteLine(text.slice(0, -1)).value)).toBe(same(point.values[0]));
      }
    });
  });

  test("for OpenTSDB", () => {
    all((point) => {
      expect(same(readPutLine(putLines(point, "").slice(0, -1)).value)).toBe(same(point.values[0]));
    });
  });

  test("in Prometheus' text and remote write", () => {
    all((point) => {
      const shown = [...readPrometheusText(prometheusText([point])).values()];
      expect(shown.map(same)).toEqual([same(point.values[0])]);
      const sent = readWriteRequest(Buffer.from(writeRequest([point])));
      expect(sent.map(({ samples }) => same(samples[0]?.value))).toEqual([same(point.values[0])]);
    });
  });

  test("in JSON lines, unchanged", () => {
    all((point) => {
      const text = jsonLine(point);
      expect(text.indexOf("\n")).toBe(text.length - 1);
      const read = JSON.parse(text) as { name: string; tags: object };
      expect(read.name).toBe(point.series.name);
      expect(Object.entries(read.tags)).toEqual(point.series.tags);
    });
  });
});

test("unknown values are left out, and all others have their names", () => {
  const point = pointOf(series, null, 5);
  expect(lineOf(point, "ms")).toBe("disk,host=web\\ 1,mount=/var\\,x free=5 1700000000000\n");
  expect(graphiteLines(point, "", false)).toBe("disk.web_1._var_x.free 5 1700000000\n");
  expect(graphiteLines(point, "", true)).toBe("disk.free;host=web_1;mount=/var_x 5 1700000000\n");
  expect(putLines(point, "s.")).toBe("put s.disk.free 1700000000 5 host=web_1 mount=/var_x\n");
  expect(prometheusText([point])).toBe('# TYPE disk_free gauge\ndisk_free{host="web 1",mount="/var,x"} 5\n');
  expect(jsonLine(point)).toBe(
    '{"time":1700000000,"name":"disk","tags":{"host":"web 1","mount":"/var,x"},"values":{"free":5}}\n',
  );
});

test("remote write has each series once, with its samples in order and sorted labels", () => {
  const request = readWriteRequest(Buffer.from(writeRequest([pointOf(series, 1, 2), pointOf(series, 3, 4)])));
  expect(request.map(({ labels }) => labels)).toEqual([
    [
      ["__name__", "disk_used"],
      ["host", "web 1"],
      ["mount", "/var,x"],
    ],
    [
      ["__name__", "disk_free"],
      ["host", "web 1"],
      ["mount", "/var,x"],
    ],
  ]);
  expect(request[0]?.samples).toEqual([
    { value: 1, time: 1_700_000_000_000 },
    { value: 3, time: 1_700_000_000_000 },
  ]);
});

test("Snappy blocks of every length are read back", () => {
  for (const length of [0, 1, 59, 60, 61, 255, 256, 257, 65_535, 65_536, 65_537, 200_000]) {
    const data = Buffer.alloc(length, "procblock");
    expect(unsnappy(Buffer.from(snappyBlock(data))).equals(data)).toBe(true);
  }
});

test("Redis' answers are read in pieces of any size", () => {
  const text = "+OK\r\n-ERR no\r\n:42\r\n$5\r\nhé\r\n\r\n*2\r\n$1\r\na\r\n*-1\r\n$-1\r\n";
  const wanted = ["OK", new Refusal("ERR no"), 42, "hé\r\n", ["a", null], null];
  for (let size = 1; size < 12; size++) {
    const reader = new ReplyReader();
    const bytes = Buffer.from(text);
    const replies = [];
    for (let at = 0; at < bytes.length; at += size)
      replies.push(...reader.read(bytes.subarray(at, at + size)));
    expect(replies).toEqual(wanted);
  }
  expect(command("SET", "a\r\nb", "é")).toBe("*3\r\n$3\r\nSET\r\n$4\r\na\r\nb\r\n$2\r\né\r\n");
  expect(() => new ReplyReader().read(Buffer.from("HTTP/1.1 400\r\n"))).toThrow("the answer is not Redis's");
});

test("datagrams hold whole lines and fit into a packet", () => {
  const lines = Array.from({ length: 100 }, (_, index) => `line ${index} ${"x".repeat(index)}\n`);
  const texts = packed(lines);
  expect(texts.join("")).toBe(lines.join(""));
  for (const text of texts) expect(text.length <= 1400 && text.endsWith("\n")).toBe(true);
});
