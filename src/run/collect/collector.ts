import { isAbsolute, normalize, resolve } from "node:path";
import {
  type Clock,
  type EpochMilliseconds,
  type Events,
  lookUp,
  type Mapping,
  type Milliseconds,
  type Plain,
  type Problem,
  problem,
  type Seconds,
  safeName,
} from "../../base/index.ts";
import { GraphPainter } from "../../graph/index.ts";
import type { Storage } from "../../rrd/index.ts";
import type { CheckedCollect } from "./definition.ts";
import { entriesOf } from "./entries.ts";
import { GraphSchedule } from "./graph-schedule.ts";
import { OpenHandles } from "./open-handles.ts";
import { OpeningTurns } from "./opening-turns.ts";
import { fillPathTemplate } from "./path-template.ts";
import { type KnownReading, toReading } from "./reading.ts";
import { RepeatedProblem } from "./repeated-problem.ts";
import { Rhythm, toMillisecond } from "./rhythm.ts";
import type { Sample } from "./sample-queue.ts";
import { SeriesFile } from "./series-file.ts";
import { type Outlet, Sinks } from "./sinks/sinks.ts";
import { SyncRounds } from "./sync-rounds.ts";
import type { CollectDefinition, CollectFigures, Collector } from "./types.ts";

export interface CollectorOptions {
  readonly clock: Clock;
  readonly events: Events;
  /** Most files kept open; default 4096. When the process runs out of descriptors, fewer by itself. */
  readonly openFiles?: number | undefined;
  /** Most files that one `each` may make; default 10,000. */
  readonly filesPerEach?: number | undefined;
  /** Most samples that wait while a file cannot be written, per file; default 1,000. */
  readonly queueLength?: number | undefined;
  /** What paints; default a `GraphPainter`, made when the first graph is due. Closed with the collector. */
  readonly painter?: (() => Pick<GraphPainter, "paint" | "close">) | undefined;
  /** Jitter of other stores' repetitions, 0 ≤ x < 1. */
  readonly random?: (() => number) | undefined;
  /** How long other stores get to take what waits when closing; default 5 s. */
  readonly grace?: (() => Seconds) | undefined;
  /** File operations of the RRD files, for tests. */
  readonly storage?: Storage | undefined;
}

/** Stores results in RRD files and has their graphs drawn. */
export function createCollector(options: CollectorOptions): Collector {
  return new RrdCollector(options);
}

/** Where the samples of one entry go. */
interface Target {
  readonly file: SeriesFile;
  readonly rhythm: Rhythm | undefined;
  readonly outlets: readonly Outlet[];
}

/** What is remembered per definition. */
interface Known {
  /** By the entry's key; a definition without `each` has one, under "". Undefined: refused. */
  readonly targets: Map<string, Target | undefined>;
  readonly warned: Set<string>;
  /** By problem code: entries take turns in messages. */
  readonly trouble: Map<string, RepeatedProblem>;
}

class RrdCollector implements Collector {
  readonly #options: CollectorOptions;
  readonly #handles: OpenHandles;
  readonly #turns: OpeningTurns;
  readonly #syncs: SyncRounds;
  readonly #known = new Map<CollectDefinition, Known>();
  /** By absolute path: two definitions may fill one file only if they agree about it. */
  readonly #files = new Map<string, SeriesFile>();
  readonly #graphs: GraphSchedule[] = [];
  readonly #count = { stored: 0, dropped: 0, failed: 0, graphsDrawn: 0 };
  readonly #sinks: Sinks;
  #painter: Pick<GraphPainter, "paint" | "close"> | undefined;
  #closing: Promise<void> | undefined;

  constructor(options: CollectorOptions) {
    this.#options = options;
    this.#handles = new OpenHandles(options.openFiles ?? 4096);
    this.#turns = new OpeningTurns(options.clock);
    this.#syncs = new SyncRounds(options.clock);
    const { clock, events, random = Math.random } = options;
    this.#sinks = new Sinks({ clock, events, random });
  }

  store(definition: CollectDefinition, result: Mapping, stamp: EpochMilliseconds): void {
    if (this.#closing !== undefined) {
      this.#count.dropped++;
      return;
    }
    // The only maker of definitions is the parser beside this file.
    const collect = definition as CheckedCollect;
    try {
      if (collect.each === undefined) this.#storeEntry(collect, "", result, stamp / 1000);
      else this.#storeEach(collect, result, stamp / 1000);
    } catch (error) {
      this.#count.dropped++;
      const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
      this.#report(collect, collect.path, problem("internal", `cannot store: ${message}`));
    }
  }

  figures(): CollectFigures {
    return { ...this.#count, openFiles: this.#handles.count, sinks: this.#sinks.figures() };
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    this.#turns.close();
    const grace = (this.#options.grace?.() ?? 5) * 1000;
    const sinksClosed = this.#sinks.close(grace);
    for (const file of this.#files.values()) file.finish();
    const unsynced = await this.#syncs.close(grace as Milliseconds);
    if (unsynced > 0) this.#tellUnsynced(unsynced);
    for (const file of this.#files.values()) file.close();
    await Promise.all(this.#graphs.map((graph) => graph.finish()));
    await this.#painter?.close();
    await sinksClosed;
  }

  #tellUnsynced(files: number): void {
    const message = `there was no time to sync ${files} files: a power cut may take their last values`;
    const found = problem("rrd-unsynced", message, { severity: "warning" });
    this.#options.events.report({ type: "problem:found", problem: found });
  }

  #storeEach(collect: CheckedCollect, result: Mapping, stamp: number): void {
    const value = collect.each === undefined ? undefined : lookUp(result, collect.each);
    const entries = entriesOf(value);
    if (entries === undefined) {
      const where = collect.each?.text ?? "";
      this.#warn(collect, where, `"each" needs a mapping or a list at "${where}" in the result`);
      return;
    }
    for (const [key, entry] of entries) this.#storeEntry(collect, key, entry, stamp);
  }

  #storeEntry(collect: CheckedCollect, key: string, entry: Mapping, stamp: number): void {
    const known = this.#knownOf(collect);
    let target = known.targets.get(key);
    if (target === undefined) {
      target = known.targets.has(key) ? undefined : this.#newTarget(collect, known, key, entry);
      if (target === undefined) {
        this.#count.dropped++;
        return;
      }
    }
    const readings: (KnownReading | null)[] = [];
    for (const field of collect.fields) {
      const value: Plain | undefined =
        field.key === undefined
          ? lookUp(entry, field.from)
          : Object.hasOwn(entry, field.key)
            ? entry[field.key]
            : undefined;
      const reading = toReading(value, field.readAs);
      if (typeof reading === "object") {
        readings.push(null);
        const { name } = field.source;
        this.#warn(collect, name, reading.reason, target.file.path);
      } else readings.push(reading);
    }
    const sample: Sample = { time: timeFor(target, stamp), readings };
    target.file.add(sample);
    for (const { sink, series } of target.outlets) sink.add({ time: sample.time, series, values: readings });
  }

  #knownOf(collect: CheckedCollect): Known {
    let known = this.#known.get(collect);
    if (known === undefined) {
      known = { targets: new Map(), warned: new Set(), trouble: new Map() };
      this.#known.set(collect, known);
    }
    return known;
  }

  /** Undefined, and said so, when there can be no file for this entry. */
  #newTarget(collect: CheckedCollect, known: Known, key: string, entry: Mapping): Target | undefined {
    const most = this.#options.filesPerEach ?? 10_000;
    if (known.targets.size >= most) {
      const message = `"each" would make more than ${most} files: entry "${key}" and others are not stored`;
      this.#report(collect, collect.path, problem("too-many-files", message));
      return undefined;
    }
    const filled = fillPathTemplate(collect.file, key, entry, safeName);
    if ("missing" in filled) {
      const message = `entry "${key}" has no text or number "${filled.missing}" for the name of its file`;
      this.#report(collect, collect.path, problem("no-file-name", message));
      return undefined;
    }
    const path = resolve(collect.dir, filled.text);
    const file = this.#fileFor(collect, filled.text, path);
    if (file === undefined) {
      known.targets.set(key, undefined);
      const message = `"${path}" is already filled by another step with other fields or another interval`;
      const notes = ["give one of them another path"];
      this.#report(collect, path, problem("rrd-taken", message, { notes }));
      return undefined;
    }
    const target: Target = {
      file,
      rhythm: collect.snap === undefined ? undefined : new Rhythm(collect.snap),
      outlets: this.#outletsOf(collect, key, entry),
    };
    for (const graph of this.#graphsOf(collect, path, key, entry)) file.onChange(() => graph.changed());
    known.targets.set(key, target);
    return target;
  }

  #outletsOf(collect: CheckedCollect, key: string, entry: Mapping): readonly Outlet[] {
    const outlets: Outlet[] = [];
    for (const target of collect.to) {
      const made = this.#sinks.outlet(target, collect, key, entry);
      if ("sink" in made) outlets.push(made);
      else {
        const message = `entry "${key}" has no text or number "${made.missing}" for its name in ${target.sink.kind}`;
        this.#report(collect, collect.path, problem("no-series-name", message));
      }
    }
    return outlets;
  }

  #fileFor(collect: CheckedCollect, written: string, path: string): SeriesFile | undefined {
    const there = this.#files.get(path);
    if (there !== undefined) return sameShape(there.shape, collect) ? there : undefined;
    const { clock, events, storage, queueLength = 1000 } = this.#options;
    const shared = { handles: this.#handles, turns: this.#turns, syncs: this.#syncs, count: this.#count };
    const context = { clock, events, storage, queueLength, ...shared };
    // A folder below the block's own is part of what the block makes; others may be a disk that is not mounted.
    const mayMakeFolder = !isAbsolute(written) && !normalize(written).startsWith("..");
    const { recreate, sync } = collect;
    const file = new SeriesFile({ path, shape: collect, recreate, sync, mayMakeFolder }, context);
    this.#files.set(path, file);
    return file;
  }

  #graphsOf(collect: CheckedCollect, rrd: string, key: string, entry: Mapping): readonly GraphSchedule[] {
    const { clock, events } = this.#options;
    const painter = () => {
      this.#painter ??= this.#options.painter?.() ?? new GraphPainter();
      return this.#painter;
    };
    const made: GraphSchedule[] = [];
    for (const graph of collect.graphs) {
      const path = fillPathTemplate(graph.file, key, entry, safeName);
      const title = fillPathTemplate(graph.title, key, entry, (text) => text);
      if ("missing" in path || "missing" in title) {
        const message = `entry "${key}" lacks what the path or title of the graph "${graph.file.text}" needs`;
        this.#report(collect, graph.file.text, problem("no-file-name", message));
        continue;
      }
      const definition = { ...graph.definition, path: path.text, title: title.text };
      made.push(
        new GraphSchedule(rrd, definition, collect.dir, { clock, events, painter, count: this.#count }),
      );
    }
    this.#graphs.push(...made);
    return made;
  }

  /** Once per field of a definition, not once per sample. */
  #warn(collect: CheckedCollect, field: string, reason: string, file = collect.path): void {
    const { warned } = this.#knownOf(collect);
    if (warned.has(field)) return;
    warned.add(field);
    this.#options.events.report({ type: "field:unknown", file, field, reason });
  }

  #report(collect: CheckedCollect, file: string, found: Problem): void {
    const { clock, events } = this.#options;
    const { trouble } = this.#knownOf(collect);
    let repeated = trouble.get(found.code);
    if (repeated === undefined) {
      repeated = new RepeatedProblem();
      trouble.set(found.code, repeated);
    }
    if (!repeated.isNews(found.code, clock.monotonic())) return;
    events.report({ type: "store:failed", file, problem: found });
  }
}

function timeFor({ file, rhythm }: Target, stamp: number): number {
  const exact = toMillisecond(stamp);
  if (rhythm === undefined) return exact;
  const stored = rhythm.stored(stamp);
  // Two runs within one second (a late one and the next): both are kept, the second with its true stamp.
  return file.lastTime !== undefined && stored <= file.lastTime && exact > file.lastTime ? exact : stored;
}

function sameShape(
  a: Pick<CheckedCollect, "interval" | "fields">,
  b: Pick<CheckedCollect, "interval" | "fields">,
) {
  return (
    a.interval === b.interval &&
    a.fields.length === b.fields.length &&
    a.fields.every(({ source }, index) => {
      const other = b.fields[index]?.source;
      return other?.name === source.name && other.type === source.type;
    })
  );
}
