import { basename } from "node:path";
import { didYouMean, isMapping, type Plain } from "../../../base/index.ts";
import { type PathTemplate, parsePathTemplate } from "../path-template.ts";
import { type Reader, shown } from "../reader.ts";
import { graphiteKeys, parseGraphite } from "./graphite.ts";
import { influxdbKeys, parseInfluxdb } from "./influxdb.ts";
import { jsonlKeys, parseJsonl } from "./jsonl.ts";
import { opentsdbKeys, parseOpentsdb } from "./opentsdb.ts";
import { parsePrometheus, prometheusKeys } from "./prometheus.ts";
import { parseRedis, redisKeys } from "./redis.ts";
import { parseRrdcached, rrdcachedKeys } from "./rrdcached.ts";
import type { SinkDefinition } from "./sink.ts";
import { namingKeys, SinkReader } from "./sink-reader.ts";
import { parseSql, sqlKeys } from "./sql.ts";

/** One entry of `to` with how the series are called there. */
export interface CollectTarget {
  readonly sink: SinkDefinition;
  readonly name: PathTemplate;
  readonly tags: readonly (readonly [string, PathTemplate])[];
  /** Where the store keeps RRD files itself: which one. */
  readonly file?: PathTemplate | undefined;
}

interface SinkKind {
  readonly keys: readonly string[];
  /** Files have a `path` there instead of `name` and `tags`. */
  readonly keepsFiles?: boolean;
  parse(read: SinkReader, collect: Reader): SinkDefinition | undefined;
}

/** Every kind of store beside the RRD file, as the user names it. */
export const sinkKinds: Readonly<Record<string, SinkKind>> = {
  rrdcached: { keys: rrdcachedKeys, keepsFiles: true, parse: parseRrdcached },
  prometheus: { keys: prometheusKeys, parse: parsePrometheus },
  influxdb: { keys: influxdbKeys, parse: parseInfluxdb },
  graphite: { keys: graphiteKeys, parse: parseGraphite },
  opentsdb: { keys: opentsdbKeys, parse: parseOpentsdb },
  redis: { keys: redisKeys, parse: parseRedis },
  sql: { keys: sqlKeys, parse: parseSql },
  jsonl: { keys: jsonlKeys, parse: parseJsonl },
};

/** `to`: a list of `{KIND: OPTIONS}`, or one of them. `thread`: id of the step's thread, if it has one. */
export function parseTo(read: Reader, thread: string | undefined): readonly CollectTarget[] {
  const value = read.get("to");
  if (value === undefined || value === null) return [];
  const list: readonly Plain[] = Array.isArray(value) ? value : [value];
  const targets: CollectTarget[] = [];
  for (const [index, item] of list.entries()) {
    const at = Array.isArray(value) ? read.at("to", index) : read.at("to");
    const target = parseOne(read, item, at, thread);
    if (target !== undefined) targets.push(target);
    else read.fail();
  }
  return targets;
}

function parseOne(
  read: Reader,
  item: Plain,
  at: readonly (string | number)[],
  thread: string | undefined,
): CollectTarget | undefined {
  const known = Object.keys(sinkKinds);
  const [entry, more] = isMapping(item) ? Object.entries(item) : [];
  if (entry === undefined || more !== undefined) {
    const what = isMapping(item) ? `${Object.keys(item).length} keys` : shown(item);
    return read.wrongAt(
      at,
      `an entry of "to" must be one store and its options, not ${what}`,
      "write for example - graphite: {address: 127.0.0.1:2003}",
    );
  }
  const [kind, options] = entry;
  const sinkKind = Object.hasOwn(sinkKinds, kind) ? sinkKinds[kind] : undefined;
  if (sinkKind === undefined) {
    const message = `unknown store "${kind}" in "to"${didYouMean(kind, known)}`;
    const notes = [`known stores: ${known.join(", ")}`];
    read.check.report("unknown-key", message, { path: [...at, kind], part: "key", notes });
    return read.fail();
  }
  const path = [...at, kind];
  if (!isMapping(options)) {
    return read.wrongAt(path, `"${kind}" must be a mapping of options, not ${shown(options)}`);
  }
  const keepsFiles = sinkKind.keepsFiles === true;
  const own = new SinkReader(kind, options, path, read.check, keysOfSink(sinkKind));
  const sink = sinkKind.parse(own, read);
  const isEach = read.has("each");
  if (keepsFiles) {
    const file = template(own, "path", own.text("path", "a path"), own.at("path"), isEach);
    if (isEach && file !== undefined && file.names.length === 0) {
      return own.wrong("path", '"path" needs {{key}} in it, because "each" makes one file per entry');
    }
    if (own.failed || sink === undefined || file === undefined) return undefined;
    return { sink, name: file, tags: [], file };
  }
  const blockName = basename(read.check.file).replace(/\.ya?ml$/i, "");
  const name = own.has("name")
    ? template(own, "name", own.text("name", "a name"), own.at("name"), isEach)
    : { text: blockName, pieces: [blockName], names: [] };
  const tags = parseTags(own, isEach, thread);
  return own.failed || sink === undefined || name === undefined ? undefined : { sink, name, tags };
}

/** What stands under a store in `to`. Where the store keeps RRD files, a path names them. */
export function keysOfSink({ keys, keepsFiles }: (typeof sinkKinds)[string]): readonly string[] {
  return keepsFiles === true ? keys : [...keys, ...namingKeys];
}

function parseTags(own: SinkReader, isEach: boolean, thread: string | undefined): CollectTarget["tags"] {
  const tags = new Map<string, PathTemplate>();
  if (thread !== undefined) tags.set("thread", { text: thread, pieces: [thread], names: [] });
  if (isEach)
    tags.set("key", { text: "{{key}}", pieces: ["", ""], names: [{ text: "key", terms: ["key"] }] });
  const value = own.get("tags");
  if (value !== undefined && !isMapping(value)) {
    own.wrong("tags", `"tags" must be a mapping of names and texts, not ${shown(value)}`);
    return [];
  }
  for (const [key, given] of Object.entries(value ?? {})) {
    const at = own.at("tags", key);
    // Null takes a tag away that is there by default.
    if (given === null) tags.delete(key);
    else if (typeof given === "string" || typeof given === "number") {
      const made = template(own, key, String(given), at, isEach);
      if (made !== undefined) tags.set(key, made);
    } else own.wrongAt(at, `tag "${key}" must be text, not ${shown(given)}`);
  }
  return [...tags].toSorted(([a], [b]) => (a < b ? -1 : 1));
}

function template(
  own: SinkReader,
  key: string,
  text: string | undefined,
  at: readonly (string | number)[],
  isEach: boolean,
): PathTemplate | undefined {
  if (text === undefined) return undefined;
  const parsed = parsePathTemplate(text);
  if (typeof parsed === "string") return own.wrongAt(at, parsed);
  const name = parsed.names[0];
  if (name !== undefined && !isEach) return own.wrongAt(at, `{{${name.text}}} in "${key}" needs "each"`);
  return parsed;
}
