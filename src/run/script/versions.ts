import type { Problem } from "../../base/index.ts";
import { type Failure, failureProblem } from "../failure.ts";
import { fileStamp } from "./file-stamp.ts";
import type { ModuleFile } from "./protocol.ts";

/** Sources beyond this are not kept: then the last good version of that script ends with its workers. */
const MOST_SOURCE = 16 * 1024 * 1024;
/** More helper files than this are looked at only now and then. */
const MANY_FILES = 12;
const MANY_FILES_PAUSE = 1_000;

interface Good {
  readonly key: string;
  readonly files: readonly ModuleFile[];
}

interface Script {
  readonly prefix: string;
  count: number;
  /** The script and its local helpers. */
  watched: string[];
  checked: number;
  stamp: string;
  good: Good | undefined;
  goodStamp: string | undefined;
  /** The state of the files that is being tried, under which key. */
  trial: { readonly stamp: string; readonly key: string } | undefined;
  broken: { readonly stamp: string; readonly reported: boolean } | undefined;
}

/** Which version of a script a call runs; `files` when the worker is not to read it from disk. */
export interface Choice {
  readonly kind: "version";
  readonly key: string;
  readonly files: readonly ModuleFile[] | undefined;
}

export interface VersionEvents {
  onReloaded(file: string): void;
  onBroken(file: string, problem: Problem): void;
}

/**
 * Notices that a script or one of its local helpers changed on disk, and keeps the sources of the last version that
 * could be loaded. Each run looks (a few microseconds), so a change counts from the next run on.
 */
export class ScriptVersions {
  readonly #scripts = new Map<string, Script>();
  readonly #prefixes = new Set<string>();
  readonly #events: VersionEvents;

  constructor(events: VersionEvents) {
    this.#events = events;
  }

  /** "missing": there is no file, and there never was a good version. */
  choose(file: string): Choice | { readonly kind: "missing" } {
    const script = this.#script(file);
    const stamp = this.#stamp(script);
    const { good } = script;
    if (good !== undefined && (stamp === script.goodStamp || stamp === script.broken?.stamp)) {
      return { kind: "version", key: good.key, files: good.files };
    }
    if (good === undefined && stamp.startsWith("missing")) return { kind: "missing" };
    // Without a good version a broken one is tried again at each run: what it lacked may be there now.
    if (script.trial?.stamp !== stamp) {
      script.trial = { stamp, key: `${script.prefix}.${++script.count}` };
    }
    return { kind: "version", key: script.trial.key, files: undefined };
  }

  loaded(file: string, key: string, files: readonly ModuleFile[]): void {
    const script = this.#script(file);
    if (script.good?.key === key) return;
    const first = script.good === undefined && script.broken === undefined;
    let size = 0;
    for (const one of files) size += one.source.length;
    script.watched = [...new Set([file, ...files.map((one) => one.path)])];
    const stamps = new Map(files.map((one) => [one.path, one.stamp]));
    script.goodStamp = script.watched.map((path) => stamps.get(path) ?? fileStamp(path)).join("|");
    script.checked = 0;
    script.good = size > MOST_SOURCE ? { key, files: [] } : { key, files };
    script.broken = undefined;
    script.trial = undefined;
    if (!first) this.#events.onReloaded(file);
  }

  /** Whether there is a last good version to go on with. */
  broken(file: string, key: string, failure: Failure, touched: readonly string[]): boolean {
    const script = this.#script(file);
    const { good, trial } = script;
    if (good?.key === key) return false;
    if (trial?.key === key) {
      script.trial = undefined;
      const added = touched.filter((path) => !script.watched.includes(path));
      const before = script.watched.length;
      script.watched.push(...added.slice(0, 100));
      script.checked = 0;
      const stamp = [trial.stamp, ...script.watched.slice(before).map(fileStamp)].join("|");
      if (good !== undefined && added.length > 0) {
        script.goodStamp = [script.goodStamp, ...added.slice(0, 100).map(() => "not part of it")].join("|");
      }
      const reported = script.broken?.stamp === stamp;
      script.broken = { stamp, reported: true };
      if (good !== undefined && !reported) {
        this.#events.onBroken(file, failureProblem(failure, failure.place));
      }
    }
    return good !== undefined;
  }

  #script(file: string): Script {
    let script = this.#scripts.get(file);
    if (script === undefined) {
      script = {
        prefix: this.#prefix(file),
        count: 0,
        watched: [file],
        checked: 0,
        stamp: "",
        good: undefined,
        goodStamp: undefined,
        trial: undefined,
        broken: undefined,
      };
      this.#scripts.set(file, script);
    }
    return script;
  }

  #stamp(script: Script): string {
    const { watched } = script;
    const [only] = watched;
    if (watched.length === 1 && only !== undefined) return fileStamp(only);
    if (watched.length > MANY_FILES) {
      const now = performance.now();
      if (script.checked !== 0 && now - script.checked < MANY_FILES_PAUSE) return script.stamp;
      script.checked = now;
    }
    script.stamp = watched.map(fileStamp).join("|");
    return script.stamp;
  }

  /**
   * The same from start to start, because the compile cache goes by the URL; different for each script, so that
   * two scripts never share a helper that changes under one of them.
   */
  #prefix(file: string): string {
    let hash = 0x811c9dc5;
    for (let i = 0; i < file.length; i++) hash = Math.imul(hash ^ file.charCodeAt(i), 0x01000193);
    let prefix = (hash >>> 0).toString(36);
    while (this.#prefixes.has(prefix)) prefix += "x";
    this.#prefixes.add(prefix);
    return prefix;
  }
}
