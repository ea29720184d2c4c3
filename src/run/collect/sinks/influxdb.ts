import { type Clock, problem } from "../../../base/index.ts";
import { BufferedSink } from "./buffered-sink.ts";
import { HttpPost } from "./http-post.ts";
import { LineStream } from "./line-stream.ts";
import type { Point, SinkDefinition, SinkSeries, SinkTransport } from "./sink.ts";
import { bufferKeys, parseAddress, type SinkReader } from "./sink-reader.ts";
import { sendDatagrams } from "./udp.ts";

const secrets = ["user", "password_env", "password_file", "token_env", "token_file"] as const;
export const influxdbKeys = [
  "url",
  "database",
  "retention",
  "org",
  "bucket",
  ...secrets,
  ...bufferKeys,
] as const;

/** InfluxDB's line protocol, over HTTP (versions 1 and 2), UDP, TCP (`tcp://`, as Telegraf listens) or a Unix socket. */
export function parseInfluxdb(read: SinkReader): SinkDefinition | undefined {
  const url = read.url("url", ["http", "https", "udp", "tcp", "unix"]);
  if (!read.has("url")) return read.missing("url", "such as http://127.0.0.1:8086");
  const database = read.text("database", "the name of a database");
  const retention = read.text("retention", "the name of a retention policy");
  const [org, bucket] = [read.text("org", "an organisation"), read.text("bucket", "a bucket")];
  const user = read.text("user", "a name");
  const [password, token] = [read.secret("password"), read.secret("token")];
  const buffering = read.buffering();
  if (url === undefined || read.failed) return undefined;
  const isHttp = url.protocol.startsWith("http");
  if (isHttp && (database === undefined) === (bucket === undefined)) {
    return read.wrong("url", 'an InfluxDB needs "database" (version 1) or "bucket" and "org" (version 2)');
  }
  const { dir } = read;
  const target = isHttp ? writeUrl(url, { database, retention, org, bucket }) : url;
  const to = `${url.protocol}//${url.host}${isHttp ? "" : url.pathname}`;
  return {
    kind: "influxdb",
    key: read.identity,
    open: (context) => {
      const login = { user, password, token, scheme: "Token" };
      const http = () =>
        overHttp(new HttpPost(target, login, dir, { "Content-Type": "text/plain; charset=utf-8" }));
      const transport = isHttp ? http() : overSocket(url, context.clock);
      return new BufferedSink("influxdb", to, transport, buffering, context);
    },
  };
}

function writeUrl(
  base: URL,
  to: Readonly<Record<"database" | "retention" | "org" | "bucket", string | undefined>>,
): URL {
  const url = new URL(base);
  url.pathname = `${base.pathname.replace(/\/$/, "")}${to.bucket === undefined ? "/write" : "/api/v2/write"}`;
  const query = { db: to.database, rp: to.retention, org: to.org, bucket: to.bucket, precision: "ms" };
  for (const [key, value] of Object.entries(query)) {
    if (value !== undefined) url.searchParams.set(key, value);
  }
  return url;
}

function overHttp(post: HttpPost): SinkTransport {
  return {
    async send(points, signal) {
      const outcome = await post.send(linesOf(points, "ms"), signal);
      if (outcome.kind !== "rejected" || !outcome.problem.message.includes("partial write")) return outcome;
      // The good points are stored; how many were not stands at the end of the message.
      // Of lines that it could not read it counts none.
      const dropped = [...outcome.problem.message.matchAll(/dropped=(\d+)/g)].at(-1)?.[1];
      const refused = Math.max(1, Number(dropped ?? 1));
      return { kind: "sent", refused, problem: outcome.problem };
    },
    close: () => post.close(),
  };
}

function overSocket(url: URL, clock: Clock): SinkTransport {
  const address =
    url.protocol === "unix:" ? { path: decodeURIComponent(url.pathname) } : parseAddress(url.host, 8094);
  if (address === undefined) {
    const wrong = problem("sink-failed", `"${url.host}" is no address`);
    return { send: async () => ({ kind: "failed", problem: wrong }), close: () => {} };
  }
  if (url.protocol === "udp:" && "host" in address) {
    return {
      send: (points, signal) =>
        sendDatagrams(
          address,
          points.map((point) => lineOf(point, "ns")),
          signal,
        ),
      close: () => {},
    };
  }
  const stream = new LineStream(address, clock);
  return {
    send: (points, signal) => stream.send(linesOf(points, "ns"), signal),
    close: () => stream.close(),
  };
}

function linesOf(points: readonly Point[], precision: "ms" | "ns"): string {
  return points.map((point) => lineOf(point, precision)).join("");
}

const heads = new WeakMap<SinkSeries, string>();

/** One line with its line end. Always floats: a field that changed between kinds of numbers would be refused. */
export function lineOf({ series, values, time }: Point, precision: "ms" | "ns"): string {
  let head = heads.get(series);
  if (head === undefined) {
    const byKey = new Map(series.tags.map(([key, value]) => [tagKey(key), escapeKey(value)]));
    const tags = [...byKey].map(([key, value]) => `,${key}=${value}`);
    head = plain(series.name).replace(/^#/, "_").replaceAll(/[, ]/g, "\\$&") + tags.join("");
    heads.set(series, head);
  }
  const fields: string[] = [];
  for (const [index, { name }] of series.fields.entries()) {
    const value = values[index];
    if (value !== undefined && value !== null) {
      fields.push(`${name === "time" ? "time_" : escapeKey(name)}=${value}`);
    }
  }
  return `${head} ${fields.join(",")} ${Math.round(time * 1000)}${precision === "ns" ? "000000" : ""}\n`;
}

/** `time` is refused, the others are what version 2 calls its own. */
function tagKey(key: string): string {
  return escapeKey(/^(time|_field|_measurement)$/.test(key) ? `${key}_` : key);
}

function escapeKey(text: string): string {
  return plain(text).replaceAll(/[,= ]/g, "\\$&");
}

/** The protocol has no way to write a backslash before what it escapes, nor a line end. */
function plain(text: string): string {
  return text.replaceAll(/[\\\p{Cc}\u2028\u2029]/gu, "_") || "_";
}
