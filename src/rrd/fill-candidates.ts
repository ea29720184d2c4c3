import type { Consolidation } from "./definition.ts";
import type { Header } from "./header.ts";
import type { StorageFile } from "./storage.ts";
import { readWhole } from "./whole-io.ts";

/** A file whose data may go into a new one. */
export interface FillSource {
  readonly header: Header;
  readonly file: StorageFile;
}

/** Where a data source of the new file finds its past. */
export interface FillOrigin {
  /** The data source's name in the source files. */
  readonly name: string;
  /** Which source file, from 0; undefined: each that has the name, the first first. */
  readonly source?: number | undefined;
}

/** One data source in one archive of a source file. */
export interface Candidate {
  readonly cf: Consolidation;
  readonly header: Header;
  readonly archive: number;
  readonly column: number;
  /** Seconds a row covers. */
  readonly secondsPerRow: number;
  readonly rows: number;
  /** Epoch seconds: the rows cover the time from `begin` (exclusive) to `newest`. */
  readonly begin: number;
  readonly newest: number;
  /** The value of the row that ends at `time`, one of the archive's; NaN = unknown. */
  valueAt(time: number): number;
}

/** All archives that can be asked for rows of a function and a length, in the order in which rrdtool asks them. */
export class FillCandidates {
  readonly #sources: readonly FillSource[];
  /** Archives that were read, whole: every row of them is asked for, for each archive of the new file again. */
  readonly #values = new Map<FillSource, Map<number, Float64Array>>();

  constructor(sources: readonly FillSource[]) {
    this.#sources = sources;
  }

  /**
   * File by file. In each, archives that hold these very rows come first, then averages, then the other archives of the
   * same function; the finer before the coarser.
   */
  of(origin: FillOrigin, cf: Consolidation, secondsPerRow: number): Candidate[] {
    return this.#sources.flatMap((source, index) => {
      if (origin.source !== undefined && origin.source !== index) return [];
      const column = source.header.dataSourceIndex(origin.name);
      if (column < 0) return [];
      const rank = (candidate: Candidate) =>
        candidate.cf === cf && candidate.secondsPerRow === secondsPerRow
          ? 0
          : candidate.cf === "AVERAGE"
            ? 1
            : 2;
      return source.header.archives
        .map((_, archive) => this.#candidate(source, archive, column))
        .filter((candidate) => candidate.cf === cf || candidate.cf === "AVERAGE")
        .sort((a, b) => rank(a) - rank(b) || a.secondsPerRow - b.secondsPerRow);
    });
  }

  #candidate(source: FillSource, archive: number, column: number): Candidate {
    const { header } = source;
    const { cf = "AVERAGE", rows = 0, pdpPerRow = 1 } = header.archives[archive] ?? {};
    const secondsPerRow = pdpPerRow * header.step;
    const newest = header.lastUpdate - (header.lastUpdate % secondsPerRow);
    const current = header.currentRow(archive);
    const valueAt = (time: number) => {
      const row = (current - (newest - time) / secondsPerRow + rows) % rows;
      return this.#read(source, archive)[row * header.dataSources.length + column] ?? Number.NaN;
    };
    const begin = newest - rows * secondsPerRow;
    return { cf, header, archive, column, secondsPerRow, rows, begin, newest, valueAt };
  }

  #read(source: FillSource, archive: number): Float64Array {
    const archives = this.#values.get(source) ?? new Map<number, Float64Array>();
    this.#values.set(source, archives);
    let values = archives.get(archive);
    if (values === undefined) {
      const { rows = 0, dataStart = 0 } = source.header.archives[archive] ?? {};
      values = new Float64Array(rows * source.header.dataSources.length);
      if (!readWhole(source.file, new Uint8Array(values.buffer), dataStart))
        throw new Error("the file ended early");
      archives.set(archive, values);
    }
    return values;
  }
}
