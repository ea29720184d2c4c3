import type { Place } from "../../base/index.ts";

/** A file's text with its lines, to turn offsets into places. Lines are only looked for when a place is asked for. */
export class SourceText {
  readonly file: string;
  readonly text: string;
  #starts: number[] | undefined;

  constructor(file: string, text: string) {
    this.file = file;
    this.text = text;
  }

  place(offset: number, length = 1): Place {
    const starts = this.#lineStarts();
    let low = 0;
    let high = starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((starts[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    const start = starts[low] ?? 0;
    const end = starts[low + 1] ?? this.text.length;
    const lineText = this.text.slice(start, end).replace(/[\r\n]+$/, "");
    const column = Math.min(offset - start, lineText.length) + 1;
    return {
      file: this.file,
      line: low + 1,
      column,
      lineText,
      length: Math.max(1, Math.min(length, lineText.length - column + 1)),
    };
  }

  #lineStarts(): number[] {
    if (this.#starts === undefined) {
      this.#starts = [0];
      for (let at = this.text.indexOf("\n"); at >= 0; at = this.text.indexOf("\n", at + 1)) {
        this.#starts.push(at + 1);
      }
    }
    return this.#starts;
  }
}
