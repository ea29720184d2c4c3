import { ArchiveRows } from "./archive-rows.ts";
import { isPlainConsolidation } from "./consolidations.ts";
import type { PlainConsolidation } from "./definition.ts";
import { type Header, stateWord } from "./header.ts";
import type { StorageFile } from "./storage.ts";

/** Values of all data sources over a stretch of time, in equal pieces: what a file knows of the past. */
export interface KnownTime {
  /** Index of the archive it comes from; undefined for the open step. */
  readonly archive: number | undefined;
  /** Where the last piece ends, epoch seconds. */
  readonly end: number;
  /** Where the first known piece of a data source begins; Infinity when nothing is known. */
  startOf(source: number): number;
  /** Where the piece ends that holds the time just after `time`. */
  pieceEnd(time: number): number;
  /** The value of the piece that ends at `end`; NaN = unknown. */
  value(end: number, source: number): number;
  /** The share of a piece's time that its value stands for: 1 but for what is not complete yet. */
  shareOf(source: number): number;
}

class RowsTime implements KnownTime {
  readonly archive: number;
  readonly end: number;
  readonly rows: ArchiveRows;
  readonly #sources: number;
  #starts: Float64Array | undefined;

  constructor(file: StorageFile, header: Header, archive: number) {
    this.archive = archive;
    this.rows = new ArchiveRows(file, header, archive);
    this.end = this.rows.newest;
    this.#sources = header.dataSources.length;
  }

  startOf(source: number): number {
    this.#starts ??= this.#findStarts();
    return this.#starts[source] as number;
  }

  pieceEnd(time: number): number {
    const { secondsPerRow } = this.rows;
    return (Math.floor(time / secondsPerRow) + 1) * secondsPerRow;
  }

  value(end: number, source: number): number {
    const { archive, newest, secondsPerRow } = this.rows;
    return this.rows.value(archive.rows - 1 - (newest - end) / secondsPerRow, source);
  }

  shareOf(): number {
    return 1;
  }

  /** Rows before the first known one were never filled: what other archives know of that time counts. */
  #findStarts(): Float64Array {
    const { archive, newest, secondsPerRow } = this.rows;
    const starts = new Float64Array(this.#sources).fill(Number.POSITIVE_INFINITY);
    let missing = this.#sources;
    for (let row = 0; row < archive.rows && missing > 0; row++) {
      for (let source = 0; source < this.#sources; source++) {
        if (starts[source] !== Number.POSITIVE_INFINITY || Number.isNaN(this.rows.value(row, source)))
          continue;
        starts[source] = newest - (archive.rows - row) * secondsPerRow;
        missing--;
      }
    }
    return starts;
  }
}

interface OpenValue {
  readonly value: number;
  readonly share: number;
}

/** What is not complete yet: one piece, of which a share is known. */
class OpenTime implements KnownTime {
  readonly archive: number | undefined;
  readonly end: number;
  readonly #start: number;
  readonly #values: readonly OpenValue[];

  constructor(archive: number | undefined, start: number, end: number, values: readonly OpenValue[]) {
    this.archive = archive;
    this.end = end;
    this.#start = start;
    this.#values = values;
  }

  startOf(source: number): number {
    return Number.isNaN(this.value(this.end, source)) ? Number.POSITIVE_INFINITY : this.#start;
  }

  pieceEnd(): number {
    return this.end;
  }

  value(_end: number, source: number): number {
    return this.#values[source]?.value ?? Number.NaN;
  }

  shareOf(source: number): number {
    return this.#values[source]?.share ?? 0;
  }
}

/** All that an open file knows. */
export class KnownTimes {
  readonly #header: Header;
  readonly #rows: readonly RowsTime[];
  readonly #openRows: readonly OpenTime[];
  readonly #openStep: OpenTime | undefined;

  constructor(file: StorageFile, header: Header) {
    this.#header = header;
    const plain = header.archives.flatMap(({ cf }, index) => (isPlainConsolidation(cf) ? [index] : []));
    this.#rows = plain.map((index) => new RowsTime(file, header, index));
    this.#openRows = this.#rows.flatMap((time) => openRow(header, time) ?? []);
    this.#openStep = openStep(header);
  }

  /** What may become rows of this kind, best first: rows of the same width, then the finest, last what is open. */
  for(cf: PlainConsolidation, secondsPerRow: number): readonly KnownTime[] {
    const rank = ({ rows }: RowsTime) => {
      const exact = rows.archive.cf === cf && rows.secondsPerRow === secondsPerRow;
      return exact ? 0 : rows.secondsPerRow + (rows.archive.cf === cf ? 0 : 0.5);
    };
    const rows = this.#rows.filter((time) => this.#answers(time.archive, cf));
    const open = this.#openRows.filter((time) => this.#answers(time.archive ?? -1, cf));
    const best = [...rows].sort((a, b) => rank(a) - rank(b));
    return [...best, ...open, ...(this.#openStep === undefined ? [] : [this.#openStep])];
  }

  /** With one step per row all functions give the same. */
  #answers(archive: number, cf: PlainConsolidation): boolean {
    const there = this.#header.archives[archive];
    return there?.cf === cf || there?.pdpPerRow === 1;
  }

  /** Where the first row begins that knows anything, of archives of this function; Infinity when none does. */
  oldest(cf: PlainConsolidation): number {
    let oldest = Number.POSITIVE_INFINITY;
    for (const time of this.#rows) {
      if (time.rows.archive.cf !== cf) continue;
      this.#header.dataSources.forEach((_, source) => {
        oldest = Math.min(oldest, time.startOf(source));
      });
    }
    return oldest;
  }
}

function openRow(header: Header, { archive, rows }: RowsTime): OpenTime | undefined {
  const { cf, pdpPerRow } = rows.archive;
  const end = header.lastUpdate - (header.lastUpdate % header.step);
  const steps = (end - rows.newest) / header.step;
  if (pdpPerRow === 1 || steps === 0) return undefined;
  const values = header.dataSources.map((_, source) => {
    const state = header.stateAt(archive, source);
    const known = steps - header.unsigned(state + stateWord.unknownPoints);
    const value = header.double(state + stateWord.value);
    if (known <= 0) return { value: Number.NaN, share: 0 };
    return { value: cf === "AVERAGE" ? value / known : value, share: known / steps };
  });
  return new OpenTime(archive, rows.newest, end, values);
}

/** The open step, as far as it has come. */
function openStep(header: Header): OpenTime | undefined {
  const end = header.lastUpdate + header.microseconds / 1e6;
  const start = header.lastUpdate - (header.lastUpdate % header.step);
  if (end === start) return undefined;
  const values = header.dataSources.map(({ type }, source) => {
    const known = end - start - header.unknownSeconds(source);
    if (known <= 0 || type === "COMPUTE") return { value: Number.NaN, share: 0 };
    return { value: header.value(source) / known, share: known / (end - start) };
  });
  return new OpenTime(undefined, start, end, values);
}
