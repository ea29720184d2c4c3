import { resolve } from "node:path";
import { parseRrdcachedAddress, type RrdcachedAddress, Shards } from "../../cached/index.ts";
import { type Reader, shown } from "../reader.ts";
import { BufferedSink } from "./buffered-sink.ts";
import { RrdcachedFiles } from "./rrdcached-files.ts";
import { ShardedSink } from "./sharded-sink.ts";
import type { SinkDefinition } from "./sink.ts";
import { bufferKeys, type SinkReader } from "./sink-reader.ts";

export const rrdcachedKeys = ["address", "path", ...bufferKeys] as const;

const mostAddresses = 64;
/** rrdcached 1.7.2 dies of a CREATE with more of either. */
const mostSources = 128;

/**
 * RRD files kept by one or several rrdcached. With several, a path goes to one of them by rendezvous hashing
 * (`Shards`); each has a buffer of its own, so that one that is down holds up its own files alone.
 */
export function parseRrdcached(read: SinkReader, collect: Reader): SinkDefinition | undefined {
  const addresses = parseAddresses(read);
  const path = read.text("path", "the name of the RRD file at rrdcached");
  if (!read.has("path")) read.missing("path", "the RRD file, as rrdcached is to call it");
  const own = collect.get("path");
  if (path !== undefined && typeof own === "string" && resolve(read.dir, path) === resolve(read.dir, own)) {
    const note = "a file has one writer: give rrdcached another one";
    read.wrong("path", `"${path}" is the file that this block writes itself`, note);
  }
  for (const key of ["fields", "archives"]) {
    const value = collect.get(key);
    if (Array.isArray(value) && value.length > mostSources) {
      read.wrong("path", `rrdcached makes no files with more than ${mostSources} ${key}`);
    }
  }
  const buffering = read.buffering();
  if (addresses === undefined || read.failed) return undefined;
  return {
    kind: "rrdcached",
    key: read.identity,
    open: (context) => {
      const sinks = addresses.map(
        (address) =>
          new BufferedSink("rrdcached", address.text, new RrdcachedFiles(address), buffering, context),
      );
      const [only, another] = sinks;
      if (only !== undefined && another === undefined) return only;
      const shards = new Shards(addresses.map(({ text }) => text));
      return new ShardedSink(sinks, ({ series }) => shards.of(series.file?.path ?? series.name));
    },
  };
}

function parseAddresses(read: SinkReader): readonly RrdcachedAddress[] | undefined {
  const value = read.get("address");
  if (value === undefined || value === null) {
    return read.missing("address", "such as unix:/run/rrdcached.sock, or a list of them");
  }
  const list = Array.isArray(value) ? value : [value];
  if (list.length === 0 || list.length > mostAddresses) {
    return read.wrong("address", `"address" must be 1 to ${mostAddresses} addresses, not ${list.length}`);
  }
  const addresses: RrdcachedAddress[] = [];
  for (const [index, one] of list.entries()) {
    const at = Array.isArray(value) ? read.at("address", index) : read.at("address");
    const parsed = typeof one === "string" ? parseRrdcachedAddress(one) : undefined;
    if (parsed === undefined) {
      const message = `"address" must be text such as unix:/run/rrdcached.sock, not ${shown(one)}`;
      return read.wrongAt(at, message);
    }
    if (!parsed.ok) {
      const [found] = parsed.problems;
      return read.wrongAt(at, found?.message ?? "no address", ...(found?.notes ?? []));
    }
    if (addresses.some(({ text }) => text === parsed.value.text)) {
      return read.wrongAt(at, `"${parsed.value.text}" stands there twice`);
    }
    addresses.push(parsed.value);
  }
  return addresses;
}
