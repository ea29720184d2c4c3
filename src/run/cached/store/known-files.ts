import type { Clock } from "../../../base/index.ts";
import { openRrd } from "../../../rrd/index.ts";
import type { CachedFile } from "./cached-file.ts";
import { statusOf } from "./file-status.ts";
import { NamedFiles } from "./named-files.ts";
import { UpdateList } from "./update-list.ts";

/** The files that were looked at, by path and by the names that clients give them; bounded. */
export class KnownFiles {
  readonly #most: number;
  readonly #clock: Clock;
  readonly #files = new Map<string, CachedFile>();
  readonly #names = new NamedFiles();

  constructor(most: number, clock: Clock) {
    this.#most = most;
    this.#clock = clock;
  }

  get size(): number {
    return this.#files.size;
  }

  all(): Iterable<CachedFile> {
    return this.#files.values();
  }

  get(path: string): CachedFile | undefined {
    return this.#files.get(path);
  }

  /** The file whose name, as `name` was told of it, is the bytes from `from` up to `to`; `hash` is theirs. */
  named(hash: number, bytes: Buffer, from: number, to: number): CachedFile | undefined {
    return this.#names.find(hash, bytes, from, to);
  }

  /** Remembers that `name` means `file`, so that it is not looked up again. */
  name(name: string, file: CachedFile): void {
    if (this.#names.size >= 2 * this.#most) this.#names.clear();
    this.#names.set(name, file);
  }

  /** The file, looked at if it is new; a text is why it cannot take updates. `shown` is its name in that text. */
  look(path: string, shown: string): CachedFile | string {
    const known = this.#files.get(path);
    if (known !== undefined) return known;
    const status = statusOf(path);
    if (typeof status === "number") return `stat failed with error ${status}.`;
    if (status === undefined) return `No such file: ${shown}`;
    if (!status.isFile()) return `Not a regular file: ${shown}`;
    const opened = openRrd(path, { mode: "read", clock: this.#clock });
    if (!opened.ok) return `RRD Error: ${opened.problems[0]?.message}`;
    const last = opened.value.lastUpdate;
    opened.value.close();
    const file: CachedFile = {
      path,
      updates: new UpdateList(),
      last,
      due: 0,
      queued: false,
      suspended: false,
      failing: false,
    };
    this.#files.set(path, file);
    if (this.#files.size > this.#most) this.#forgetIdle();
    return file;
  }

  forget(file: CachedFile): void {
    this.#files.delete(file.path);
    this.#names.clear();
  }

  #forgetIdle(): void {
    let left = Math.ceil(this.#most / 10);
    for (const file of this.#files.values()) {
      if (left <= 0) break;
      if (file.updates.count > 0 || file.suspended) continue;
      this.forget(file);
      left--;
    }
  }
}
