import type { CachedFile } from "./cached-file.ts";

/** The files with updates that are not written yet, longest waiting first, and how much that is. */
export class WaitingUpdates {
  readonly #files = new Set<CachedFile>();
  bytes = 0;

  [Symbol.iterator](): Iterator<CachedFile> {
    return this.#files.values();
  }

  /** The update is the bytes from `from` up to `to`. */
  add(file: CachedFile, bytes: Buffer, from: number, to: number): void {
    if (file.updates.count === 0) this.#files.add(file);
    file.updates.add(bytes, from, to);
    this.bytes += to - from;
  }

  replace(file: CachedFile, updates: readonly string[]): void {
    this.bytes -= file.updates.size;
    file.updates.replace(updates);
    this.bytes += file.updates.size;
    if (updates.length === 0) this.#files.delete(file);
  }

  /** For a new journal. */
  *unwritten(): Generator<readonly [path: string, updates: string]> {
    for (const file of this.#files) yield [file.path, file.updates.texts().join(" ")];
  }
}
