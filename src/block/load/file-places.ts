import type { Place } from "../../base/index.ts";
import type { TreePath } from "../types.ts";
import type { Found, PlaceTable, Span } from "./place-table.ts";
import { offsetInScalar } from "./scalar-offset.ts";
import type { SourceText } from "./source-text.ts";

/** Places in one file. Nothing is counted or cut out of the text before somebody asks. */
export class FilePlaces {
  readonly source: SourceText;
  readonly #table: PlaceTable;

  constructor(source: SourceText, table: PlaceTable) {
    this.source = source;
    this.#table = table;
  }

  has(path: TreePath): boolean {
    return this.#table.find(path) !== undefined;
  }

  at(path: TreePath, part: "key" | "value"): Place | undefined {
    const written = this.#written(path, part);
    if (written === undefined) return undefined;
    const { from, to } = written.span;
    const line = this.source.text.indexOf("\n", from);
    return this.source.place(from, written.scalar ? Math.min(to, line < 0 ? to : line) - from : 1);
  }

  inside(path: TreePath, part: "key" | "value", offset: number, length: number): Place | undefined {
    const written = this.#written(path, part);
    if (written === undefined) return undefined;
    if (!written.scalar) return this.at(path, part);
    const { from, to } = written.span;
    const at = offsetInScalar(this.source.text.slice(from, to), offset);
    return at === undefined ? this.at(path, part) : this.source.place(from + at, length);
  }

  #written(path: TreePath, part: "key" | "value"): { span: Span; scalar: boolean } | undefined {
    const found = this.#table.find(path);
    if (found === undefined) return undefined;
    const key = found.key === undefined ? undefined : { span: found.key, scalar: true };
    const value = found.value === undefined ? undefined : { span: found.value, scalar: found.scalar };
    // A value that is not written (`key:`) stands where its key does.
    return part === "key" || isEmpty(found) ? (key ?? value) : value;
  }
}

function isEmpty({ value }: Found): boolean {
  return value === undefined || value.to <= value.from;
}
