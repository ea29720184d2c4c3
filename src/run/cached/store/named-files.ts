import type { CachedFile } from "./cached-file.ts";

interface NamedFile {
  readonly name: Buffer;
  readonly file: CachedFile;
  readonly next: NamedFile | undefined;
}

/** Names with the same hash; of more, the others are forgotten: nobody can make a look-up long. */
const MOST_ALIKE = 4;

/** The hash of a name with one byte more; the one of no bytes is 0. */
export function hashWith(hash: number, byte: number): number {
  return (Math.imul(hash, 31) + byte) | 0;
}

/** Files by the names that clients give them, found by the bytes of a name without a string of it. */
export class NamedFiles {
  readonly #alike = new Map<number, NamedFile>();
  size = 0;

  /** `hash` is that of the name, the bytes from `from` up to `to`. */
  find(hash: number, bytes: Buffer, from: number, to: number): CachedFile | undefined {
    for (let named = this.#alike.get(hash); named !== undefined; named = named.next)
      if (isName(named.name, bytes, from, to)) return named.file;
    return undefined;
  }

  set(text: string, file: CachedFile): void {
    const name = Buffer.from(text);
    const hash = name.reduce(hashWith, 0);
    let next: NamedFile | undefined;
    let count = 0;
    for (let named = this.#alike.get(hash); named !== undefined; named = named.next) {
      if (isName(named.name, name, 0, name.length)) {
        if (named.file === file) return;
      } else {
        next = { name: named.name, file: named.file, next };
        count++;
      }
    }
    this.#alike.set(hash, { name, file, next: count < MOST_ALIKE ? next : undefined });
    this.size++;
  }

  clear(): void {
    this.#alike.clear();
    this.size = 0;
  }
}

function isName(name: Buffer, bytes: Buffer, from: number, to: number): boolean {
  if (name.length !== to - from) return false;
  for (let index = 0; index < name.length; index++) if (name[index] !== bytes[from + index]) return false;
  return true;
}
