import type { CachedFile } from "./cached-file.ts";

/** The files with updates that are not written yet, longest waiting first, and how much that is. */
export class WaitingUpdates {
  readonly #files = new Set<CachedFile>();
  bytes = 0;

  [Symbol.iterator](): Iterator<CachedFile> {
    return this.#files.values();
  }

  /** `due`: when the file is written if this is its first. */
  add(file: CachedFile, update: string, due: () => number): void {
    if (file.updates.length === 0) {
      file.due = due();
      this.#files.add(file);
    }
    file.updates.push(update);
    file.bytes += update.length;
    this.bytes += update.length;
  }

  replace(file: CachedFile, updates: readonly string[]): void {
    file.updates = [...updates];
    this.bytes -= file.bytes;
    file.bytes = updates.reduce((sum, update) => sum + update.length, 0);
    this.bytes += file.bytes;
    if (updates.length === 0) this.#files.delete(file);
  }

  /** For a new journal. */
  *unwritten(): Generator<readonly [path: string, updates: string]> {
    for (const file of this.#files) yield [file.path, file.updates.join(" ")];
  }
}
