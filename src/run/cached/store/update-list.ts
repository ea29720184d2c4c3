import { copyBytes, withRoom } from "./copy-bytes.ts";

const NONE = Buffer.alloc(0);
const FIRST_ROOM = 64;
const LINE_END = 10;

/**
 * Updates, oldest first, in one piece of memory with a line end behind each: as millions of strings they would keep
 * the garbage collector busy.
 */
export class UpdateList {
  #bytes: Buffer = NONE;
  #end = 0;
  count = 0;

  /** Bytes of the updates alone. */
  get size(): number {
    return this.#end - this.count;
  }

  /** Takes the bytes from `from` up to `to`, without a line end among them. */
  add(bytes: Buffer, from: number, to: number): void {
    const at = this.#end;
    const end = at + (to - from) + 1;
    if (end > this.#bytes.length) this.#bytes = withRoom(this.#bytes, at, Math.max(end, FIRST_ROOM));
    copyBytes(bytes, from, to, this.#bytes, at);
    this.#bytes[end - 1] = LINE_END;
    this.#end = end;
    this.count++;
  }

  texts(): string[] {
    return this.count === 0 ? [] : this.#bytes.toString("utf8", 0, this.#end - 1).split("\n");
  }

  replace(updates: readonly string[]): void {
    this.#bytes = updates.length === 0 ? NONE : Buffer.from(`${updates.join("\n")}\n`);
    this.#end = this.#bytes.length;
    this.count = updates.length;
  }
}
