import { failed, formatBytes, problem, type Result } from "../base/index.ts";
import { checkDefinition } from "./check-definition.ts";
import type { RrdDefinition } from "./definition.ts";
import type { FillOrigin, FillSource } from "./fill-candidates.ts";
import { fillFromSources } from "./fill-from-sources.ts";
import type { Header } from "./header.ts";
import { archiveSection, dataSourceSection } from "./layout.ts";
import { fileSizeFor, newHeader } from "./new-header.ts";
import { placeNewFile } from "./place-new-file.ts";
import type { Storage } from "./storage.ts";
import { writeWhole } from "./whole-io.ts";
import { writeDouble } from "./words.ts";

export interface CreateOptions {
  /** Replace what is at the path; default: refuse (`rrd-exists`). */
  readonly overwrite?: boolean | undefined;
  /** Refuse to make a larger file; bytes, default 1 GiB. */
  readonly largestFile?: number | undefined;
  /** Make the new file survive a power cut before it gets its name; default true. */
  readonly durable?: boolean | undefined;
  /** The row each archive counts as written last, to make files reproducible; default random, as rrdtool does. */
  readonly startRows?: readonly number[] | undefined;
  /** The name whose hash spreads the smoothing of forecasts over time; default `path`, as rrdtool does. */
  readonly smoothingName?: string | undefined;
  /** The definition begins with what this file has: that is kept byte by byte, the time of a season's smoothing with it. */
  readonly template?: Header | undefined;
  /** Files that the new one takes its past from; `origins`: one per data source. They stay open. */
  readonly sources?: readonly FillSource[] | undefined;
  readonly origins?: readonly FillOrigin[] | undefined;
  readonly storage?: Storage | undefined;
}

const LARGEST_FILE = 1024 ** 3;
const PIECE = 64 * 1024;

/**
 * Makes an RRD file with all its bytes really written, so that no update can run out of space: under another name
 * first, then renamed. A failure leaves no file. A symbolic link at `path` is replaced, not followed. The mode is that
 * of the replaced file, otherwise 0644. Problems: `rrd-definition`, `rrd-too-large`, `rrd-exists`, `rrd-storage`.
 */
export function createRrd(
  path: string,
  definition: RrdDefinition,
  options: CreateOptions = {},
): Result<void> {
  const problems = checkDefinition(definition);
  if (problems.length > 0) return failed(...problems);
  const size = fileSizeFor(definition);
  const { largestFile = LARGEST_FILE } = options;
  if (size > largestFile) {
    return failed(
      problem(
        "rrd-too-large",
        `"${path}" would take ${formatBytes(size)}; at most ${formatBytes(largestFile)} are allowed`,
      ),
    );
  }
  const startRows =
    options.startRows ?? definition.archives.map((archive) => Math.floor(Math.random() * archive.rows));
  if (definition.archives.some((archive, index) => !isRow(startRows[index], archive.rows)))
    return failed(problem("rrd-definition", "startRows must name an existing row of every archive"));

  const header = newHeader(definition, startRows, options.smoothingName ?? path);
  if (options.template !== undefined) keepSections(options.template, header);
  const { sources = [], origins = definition.dataSources.map(({ name }) => ({ name })) } = options;
  return placeNewFile(path, options, (file) => {
    const writeRows = sources.length > 0 ? fillFromSources(header, sources, origins) : undefined;
    writeWhole(file, header.bytes, 0);
    if (writeRows !== undefined) {
      writeRows(file);
      return;
    }
    for (let position = header.bytes.length; position < size; ) {
      // A block with thousands of files makes them all at once: they share one piece of unknown rows.
      unknowns ??= unknownBytes();
      const length = Math.min(unknowns.length, size - position);
      writeWhole(file, unknowns.subarray(0, length), position);
      position += length;
    }
  });
}

function keepSections(from: Header, to: Header): void {
  const copy = (at: number, target: number, length: number) =>
    to.bytes.set(from.bytes.subarray(at, at + length), target);
  const { dataSources, archives } = from;
  copy(from.layout.dataSources, to.layout.dataSources, dataSources.length * dataSourceSection.size);
  copy(from.layout.archives, to.layout.archives, archives.length * archiveSection.size);
}

let unknowns: Uint8Array | undefined;

function unknownBytes(): Uint8Array {
  const bytes = new Uint8Array(new ArrayBuffer(PIECE));
  const doubles = new Float64Array(bytes.buffer);
  const words = new Uint32Array(bytes.buffer);
  for (let index = 0; index < doubles.length; index++) writeDouble(doubles, words, index, Number.NaN);
  return bytes;
}

function isRow(row: number | undefined, rows: number): boolean {
  return row !== undefined && Number.isInteger(row) && row >= 0 && row < rows;
}
