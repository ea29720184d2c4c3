import type { TreePath } from "../types.ts";

/** Where a value begins and ends in the text, as offsets. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** What a key or list item leads to: its own places, and those of all that is inside. */
export interface Found {
  /** Undefined for list items and the top. */
  readonly key: Span | undefined;
  /** Undefined when the value is not written: `key:`. */
  readonly value: Span | undefined;
  readonly scalar: boolean;
}

/** Numbers per value: where its key and it itself begin and end, where what is inside begins, how much that is. */
const ENTRY = 6;
const [KEY_FROM, KEY_TO, VALUE_FROM, VALUE_TO, FIRST, COUNT] = [0, 1, 2, 3, 4, 5];
const NONE = -1;
/** Mappings up to this size are searched key by key. */
const SHORT = 32;
/** `<<` inside `<<` further than this is not followed. */
const MOST_MERGES = 50;

/** What is inside a mapping or list: `count` entries from entry `first` on; a scalar has none. */
export interface Inside {
  readonly kind: "scalar" | "list" | "mapping";
  readonly first: number;
  readonly count: number;
}

export const scalarInside: Inside = { kind: "scalar", first: NONE, count: 0 };

export interface Entry {
  /** Undefined for list items. */
  readonly name: string | undefined;
  readonly key: readonly number[] | null | undefined;
  readonly value: readonly number[] | null | undefined;
  readonly inside: Inside;
  readonly scalar: boolean;
}

/**
 * The places of all keys and values of a file in one array of numbers, written down while the syntax tree becomes
 * data: a tree of objects would be a hundred times the size of the text, for as long as anything may ask for a place.
 * What is inside a mapping or list stands in one piece, so the item of a list is found at once.
 */
export class PlaceTable {
  #numbers = new Int32Array(64 * ENTRY);
  readonly #names: (string | undefined)[] = [];
  readonly #wide = new Map<number, Map<string, number>>();
  #top = NONE;

  /** All entries of one mapping or list, in the order of the file. */
  add(kind: "list" | "mapping", entries: readonly Entry[]): Inside {
    const first = this.#names.length;
    const needed = (first + entries.length) * ENTRY;
    if (needed > this.#numbers.length) {
      const grown = new Int32Array(Math.max(needed, this.#numbers.length * 2));
      grown.set(this.#numbers);
      this.#numbers = grown;
    }
    for (const { name, key, value, inside, scalar } of entries) {
      const at = this.#names.length * ENTRY;
      this.#names.push(name);
      this.#numbers[at + KEY_FROM] = key?.[0] ?? NONE;
      this.#numbers[at + KEY_TO] = key?.[1] ?? NONE;
      this.#numbers[at + VALUE_FROM] = value?.[0] ?? NONE;
      this.#numbers[at + VALUE_TO] = value?.[1] ?? NONE;
      // Of a scalar only whether it is written as one (not as an alias) matters.
      this.#numbers[at + FIRST] = inside.kind === "scalar" ? (scalar ? NONE : NONE - 1) : inside.first;
      this.#numbers[at + COUNT] = inside.kind === "list" ? ~inside.count : inside.count;
    }
    return { kind, first, count: entries.length };
  }

  /** The value that the file consists of; nothing can be added after it. */
  setTop(value: readonly number[] | null | undefined, inside: Inside): void {
    const top = { name: undefined, key: undefined, value, inside, scalar: inside.kind === "scalar" };
    this.#top = this.add("list", [top]).first;
    this.#numbers = this.#numbers.slice(0, this.#names.length * ENTRY);
  }

  find(path: TreePath): Found | undefined {
    let entry: number | undefined = this.#top === NONE ? undefined : this.#top;
    for (const step of path) {
      if (entry === undefined) return undefined;
      entry = this.#step(entry, step, 0);
    }
    return entry === undefined ? undefined : this.#found(entry);
  }

  #found(entry: number): Found {
    const key = this.#span(entry, KEY_FROM, KEY_TO);
    const value = this.#span(entry, VALUE_FROM, VALUE_TO);
    return { key, value, scalar: this.#number(entry, FIRST) === NONE };
  }

  #span(entry: number, fromField: number, toField: number): Span | undefined {
    const from = this.#number(entry, fromField);
    return from === NONE ? undefined : { from, to: this.#number(entry, toField) };
  }

  #number(entry: number, field: number): number {
    return this.#numbers[entry * ENTRY + field] ?? NONE;
  }

  #inside(entry: number): Inside {
    const first = this.#number(entry, FIRST);
    const count = this.#number(entry, COUNT);
    if (first < 0) return scalarInside;
    return count < 0 ? { kind: "list", first, count: ~count } : { kind: "mapping", first, count };
  }

  #step(entry: number, step: string | number, depth: number): number | undefined {
    const inside = this.#inside(entry);
    if (inside.kind === "scalar") return undefined;
    if (inside.kind === "list") {
      return typeof step === "number" && step < inside.count ? inside.first + step : undefined;
    }
    const found = this.#key(inside, String(step));
    if (found !== undefined || depth > MOST_MERGES) return found;
    // What `<<` brings: of several mappings the first that has the key.
    for (let merge = inside.first; merge < inside.first + inside.count; merge++) {
      if (this.#names[merge] !== "<<") continue;
      const merged = this.#inside(merge);
      const sources =
        merged.kind === "list" ? Array.from({ length: merged.count }, (_, at) => merged.first + at) : [merge];
      for (const source of sources) {
        const there = this.#step(source, step, depth + 1);
        if (there !== undefined) return there;
      }
    }
    return undefined;
  }

  #key({ first, count }: Inside, name: string): number | undefined {
    if (count <= SHORT) {
      for (let entry = first; entry < first + count; entry++) if (this.#names[entry] === name) return entry;
      return undefined;
    }
    let known = this.#wide.get(first);
    if (known === undefined) {
      known = new Map();
      for (let entry = first + count - 1; entry >= first; entry--) known.set(this.#names[entry] ?? "", entry);
      this.#wide.set(first, known);
    }
    return known.get(name);
  }
}
