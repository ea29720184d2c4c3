import { problem } from "../../../base/index.ts";
import {
  escapedPath,
  type RrdcachedAddress,
  type RrdcachedAnswer,
  RrdcachedSession,
} from "../../cached/index.ts";
import { RefusalList } from "./refusal-list.ts";
import { columnsOf, createCommand, updateCommand } from "./rrdcached-commands.ts";
import type { Point, RemoteFile, SendOutcome, SinkTransport } from "./sink.ts";

/**
 * The files of one rrdcached. A file that is met for the first time on a connection is looked at, and made if it is
 * missing. A batch whose answer was lost is sent again: rrdcached refuses what it already has, and that is no error.
 */
export class RrdcachedFiles implements SinkTransport {
  readonly wantsUnknown = true;
  readonly #address: RrdcachedAddress;
  #session: RrdcachedSession | undefined;
  /** For each data source of the file the index of the field that fills it; -1: none does. */
  #columns = new Map<RemoteFile, readonly number[]>();
  /** By path: the time of the latest sample that was dealt with. */
  readonly #newest = new Map<string, number>();
  /** The batch that went out without an answer: some or all of it may have been taken. */
  #unsure: readonly Point[] | undefined;

  constructor(address: RrdcachedAddress) {
    this.#address = address;
  }

  async send(points: readonly Point[], signal: AbortSignal): Promise<SendOutcome> {
    try {
      const session = await this.#connected(signal);
      const refused = new RefusalList();
      const isAgain = this.#unsure === points;
      let missing = await this.#update(session, points, isAgain, refused, signal);
      // Deleted since they were looked at: made anew, once.
      if (missing.length > 0) missing = await this.#update(session, missing, false, refused, signal);
      for (const { series } of missing) refused.add(`no such file: ${series.file?.path}`);
      this.#unsure = undefined;
      this.#remember(points);
      return refused.outcome((text) => `rrdcached says: ${text}`);
    } catch (error) {
      this.#session?.close();
      this.#session = undefined;
      const message = error instanceof Error ? error.message : String(error);
      return { kind: "failed", problem: problem("sink-failed", message) };
    }
  }

  close(): void {
    this.#session?.close();
  }

  async #connected(signal: AbortSignal): Promise<RrdcachedSession> {
    if (this.#session === undefined || this.#session.isLost) {
      this.#columns = new Map();
      this.#session = await RrdcachedSession.open(this.#address, signal);
    }
    return this.#session;
  }

  /** Returns the points whose file turned out to be gone. */
  async #update(
    session: RrdcachedSession,
    points: readonly Point[],
    isAgain: boolean,
    refused: RefusalList,
    signal: AbortSignal,
  ): Promise<Point[]> {
    const faults = await this.#meet(session, points, signal);
    const sent: Point[] = [];
    const updates: string[] = [];
    for (const point of points) {
      const { file } = point.series;
      const columns = file === undefined ? undefined : this.#columns.get(file);
      if (file === undefined || columns === undefined) {
        refused.add((file === undefined ? undefined : faults.get(file)) ?? "no file");
        continue;
      }
      sent.push(point);
      updates.push(updateCommand(file.path, point, columns));
    }
    this.#unsure = points;
    const missing: Point[] = [];
    const late = isAgain ? this.#lateOf(points) : undefined;
    for (const { index, message } of await session.batch(updates, signal)) {
      const point = sent[index];
      if (point === undefined) throw new Error(`an error of line ${index + 1}, which was not sent`);
      if (message.startsWith("No such file")) {
        if (point.series.file !== undefined) this.#columns.delete(point.series.file);
        missing.push(point);
      } else if (late === undefined || late.has(point) || !message.includes("illegal attempt to update")) {
        refused.add(message);
      }
    }
    return missing;
  }

  /** Looks at the files that are not known yet, and makes those that are missing. Returns why one cannot be used. */
  async #meet(
    session: RrdcachedSession,
    points: readonly Point[],
    signal: AbortSignal,
  ): Promise<ReadonlyMap<RemoteFile, string>> {
    const faults = new Map<RemoteFile, string>();
    const unknown = new Map<RemoteFile, { readonly file: RemoteFile; readonly first: number }>();
    for (const { series, time } of points) {
      const { file } = series;
      if (file === undefined || this.#columns.has(file) || unknown.has(file)) continue;
      if (/[\r\n\0]/.test(file.path)) faults.set(file, "a path with a line end in it");
      else unknown.set(file, { file, first: time });
    }
    const files = [...unknown.values()];
    const infos = await session.ask(
      files.map(({ file }) => `INFO ${escapedPath(file.path)}`),
      signal,
    );
    const missing: typeof files = [];
    for (const [index, one] of files.entries()) {
      const info = infos[index];
      if (info === undefined) continue;
      if (isMissing(info)) missing.push(one);
      else this.#look(one.file, info, faults);
    }
    const made = await session.ask(
      missing.map(({ file, first }) => createCommand(file, first)),
      signal,
    );
    for (const [index, { file }] of missing.entries()) {
      const answer = made[index];
      // Made by somebody else meanwhile: taken for one of ours until the next connection.
      if (answer?.status === 0 || answer?.text.includes("File exists") === true) {
        this.#columns.set(
          file,
          file.dataSources.map((_, field) => field),
        );
      } else faults.set(file, `${answer?.text}`);
    }
    return faults;
  }

  #look(file: RemoteFile, info: RrdcachedAnswer, faults: Map<RemoteFile, string>): void {
    const found = info.status < 0 ? info.text : columnsOf(file, info.lines);
    if (typeof found === "string") faults.set(file, found);
    else this.#columns.set(file, found);
  }

  /** Points that are older than one before them: refused for that, whether they had arrived or not. */
  #lateOf(points: readonly Point[]): ReadonlySet<Point> {
    const newest = new Map<string, number>();
    const late = new Set<Point>();
    for (const point of points) {
      const path = point.series.file?.path ?? "";
      if (point.time <= (newest.get(path) ?? this.#newest.get(path) ?? 0)) late.add(point);
      else newest.set(path, point.time);
    }
    return late;
  }

  #remember(points: readonly Point[]): void {
    for (const { series, time } of points) {
      const path = series.file?.path ?? "";
      this.#newest.set(path, Math.max(time, this.#newest.get(path) ?? 0));
    }
  }
}

/** Old ones do not know INFO: then CREATE, which never overwrites, finds out. */
function isMissing({ status, text }: RrdcachedAnswer): boolean {
  return status < 0 && /No such file|Unknown command/i.test(text);
}
