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

/**
 * Where data sources begin to be known. The first row of a coarse archive is known as a whole though data may have begun
 * in the midst of it: when finer rows stood empty until then, they know better.
 */
class Beginnings {
  readonly #finer: readonly RowsTime[];
  readonly #width: number;
  readonly #starts: Float64Array;

  constructor(finer: readonly RowsTime[], width: number, sources: number) {
    this.#finer = finer;
    this.#width = width;
    this.#starts = new Float64Array(sources).fill(Number.NaN);
  }

  /** `first`: where the first piece begins that is known. */
  of(source: number, first: number): number {
    const known = this.#starts[source] as number;
    if (!Number.isNaN(known)) return known;
    let start = first;
    for (const time of this.#finer) {
      const begins = time.startOf(source);
      if (begins > first && begins < first + this.#width && time.wasEmptyBefore(begins))
        start = Math.max(start, begins);
    }
    this.#starts[source] = start;
    return start;
  }
}

class RowsTime implements KnownTime {
  readonly archive: number;
  readonly end: number;
  readonly rows: ArchiveRows;
  readonly #sources: number;
  readonly #beginnings: Beginnings;
  #firsts: Float64Array | undefined;

  constructor(file: StorageFile, header: Header, archive: number, finer: readonly RowsTime[]) {
    this.archive = archive;
    this.rows = new ArchiveRows(file, header, archive);
    this.end = this.rows.newest;
    this.#sources = header.dataSources.length;
    this.#beginnings = new Beginnings(finer, this.rows.secondsPerRow, this.#sources);
  }

  startOf(source: number): number {
    return this.#beginnings.of(source, this.firstOf(source));
  }

  /** Where the first known row begins. */
  firstOf(source: number): number {
    this.#firsts ??= this.#findFirsts();
    return this.#firsts[source] as number;
  }

  /** Whether rows before that time are there, which then were never filled. */
  wasEmptyBefore(time: number): boolean {
    const { archive, newest, secondsPerRow } = this.rows;
    return time > newest - archive.rows * secondsPerRow;
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
  #findFirsts(): Float64Array {
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

/** Rows that become rows of the same kind: each is taken whole, as it is. */
class SameRowsTime implements KnownTime {
  readonly archive: number;
  readonly end: number;
  readonly #time: RowsTime;

  constructor(time: RowsTime) {
    this.archive = time.archive;
    this.end = time.end;
    this.#time = time;
  }

  startOf(source: number): number {
    return this.#time.firstOf(source);
  }

  pieceEnd(time: number): number {
    return this.#time.pieceEnd(time);
  }

  value(end: number, source: number): number {
    return this.#time.value(end, source);
  }

  shareOf(): number {
    return 1;
  }
}

/** What is not complete yet: one piece, of which a share is known. */
class OpenTime implements KnownTime {
  readonly archive: number | undefined;
  readonly end: number;
  readonly #start: number;
  readonly #values: readonly OpenValue[];
  readonly #beginnings: Beginnings;

  constructor(
    archive: number | undefined,
    start: number,
    end: number,
    values: readonly OpenValue[],
    finer: readonly RowsTime[],
  ) {
    this.archive = archive;
    this.end = end;
    this.#start = start;
    this.#values = values;
    this.#beginnings = new Beginnings(finer, end - start, values.length);
  }

  startOf(source: number): number {
    const isKnown = !Number.isNaN(this.value(this.end, source));
    return isKnown ? this.#beginnings.of(source, this.#start) : Number.POSITIVE_INFINITY;
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
    const perRow = (index: number) => header.archives[index]?.pdpPerRow ?? 1;
    const rows: RowsTime[] = [];
    for (const index of plain.sort((a, b) => perRow(a) - perRow(b) || a - b)) {
      const finer = rows.filter(({ archive }) => perRow(archive) < perRow(index));
      rows.push(new RowsTime(file, header, index, finer));
    }
    this.#rows = rows;
    this.#openRows = rows.flatMap((time) => {
      const finer = rows.filter(({ archive }) => perRow(archive) < perRow(time.archive));
      return openRow(header, time, finer) ?? [];
    });
    this.#openStep = openStep(header);
  }

  /** What may become rows of this kind, best first: rows of the same width, then the finest, last what is open. */
  for(cf: PlainConsolidation, secondsPerRow: number): readonly KnownTime[] {
    const isOther = ({ rows }: RowsTime) => (rows.archive.cf === cf ? 0 : 1);
    const isSame = (time: RowsTime) => isOther(time) === 0 && time.rows.secondsPerRow === secondsPerRow;
    const rows = this.#rows
      .filter((time) => this.#answers(time.archive, cf))
      .sort((a, b) => a.rows.secondsPerRow - b.rows.secondsPerRow || isOther(a) - isOther(b));
    const open = this.#openRows.filter((time) => this.#answers(time.archive ?? -1, cf));
    return [
      ...rows.filter(isSame).map((time) => new SameRowsTime(time)),
      ...rows.filter((time) => !isSame(time)),
      ...open,
      ...(this.#openStep === undefined ? [] : [this.#openStep]),
    ];
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

function openRow(
  header: Header,
  { archive, rows }: RowsTime,
  finer: readonly RowsTime[],
): OpenTime | undefined {
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
  return new OpenTime(archive, rows.newest, end, values, finer);
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
  return new OpenTime(undefined, start, end, values, []);
}
