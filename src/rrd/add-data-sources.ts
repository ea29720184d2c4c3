import { failed, ok, type Problem, problem, type Result } from "../base/index.ts";
import { checkDataSources } from "./check-definition.ts";
import type { DataSourceDefinition, RrdDefinition } from "./definition.ts";
import { definitionOf } from "./definition-of.ts";
import type { FixedArchive, Header } from "./header.ts";
import { archiveSection, consolidationState, primaryState } from "./layout.ts";
import { newHeader } from "./new-header.ts";
import { nodeStorage } from "./node-storage.ts";
import { openFile } from "./open-file.ts";
import { placeNewFile, quietly } from "./place-new-file.ts";
import { readHeader } from "./read-header.ts";
import { storageProblem } from "./rrd-problems.ts";
import { saveBeside } from "./save-beside.ts";
import type { Storage, StorageFile } from "./storage.ts";
import { readWhole, writeWhole } from "./whole-io.ts";
import { writeDouble } from "./words.ts";

/** Rows are copied in pieces of about this size; bytes. */
const PIECE = 64 * 1024;

export interface AddingOptions {
  /** Give the file as it was a second name; default true. */
  readonly backup?: boolean | undefined;
  readonly durable?: boolean | undefined;
  readonly storage?: Storage | undefined;
}

/**
 * Adds data sources, behind the ones there are, to a file that nobody has open; all its data is kept, the new ones are
 * unknown so far. The old file stays beside it under the returned path (`FILE.old`, `FILE.old.2` …), unless `backup` is
 * false. Problems: `rrd-definition` and those of opening and creating.
 */
export function addDataSources(
  path: string,
  added: readonly DataSourceDefinition[],
  options: AddingOptions = {},
): Result<{ readonly savedAs: string | undefined }> {
  const { storage = nodeStorage } = options;
  const opened = openFile(path, "copy", storage);
  if (!opened.ok) return opened;
  const old = opened.value;
  try {
    const read = readHeader(old, path);
    if (!read.ok) return read;
    const definition = extend(read.value, added);
    if ("problems" in definition) return failed(...definition.problems);
    const header = extendedHeader(read.value, definition);
    const savedAs = options.backup === false ? undefined : saveBeside(path, storage);
    if (typeof savedAs === "object") return failed(savedAs);
    const placed = placeNewFile(path, { ...options, overwrite: true }, (file) => {
      writeWhole(file, header.bytes, 0);
      read.value.archives.forEach((archive, index) => {
        const to = header.archives[index];
        if (to !== undefined) copyRows(old, file, archive, to, read.value, header);
      });
    });
    if (placed.ok) return ok({ savedAs }, placed.warnings);
    // Nothing was replaced, so the second name is not needed.
    if (savedAs === undefined || quietly(() => storage.unlink(savedAs))) return placed;
    return failed(
      ...placed.problems,
      problem("rrd-storage", `"${savedAs}", a second name of "${path}", could not be removed`),
    );
  } catch (error) {
    return failed(storageProblem(path, "extend", error));
  } finally {
    quietly(() => old.close());
  }
}

function extend(
  old: Header,
  added: readonly DataSourceDefinition[],
): RrdDefinition | { readonly problems: Problem[] } {
  const definition = definitionOf(old);
  const problems: Problem[] = [];
  const both = [...definition.dataSources, ...added];
  checkDataSources(both, (message) => problems.push(problem("rrd-definition", message)));
  return problems.length > 0 ? { problems } : { ...definition, dataSources: both };
}

function extendedHeader(old: Header, definition: RrdDefinition): Header {
  const rows = old.archives.map((_, index) => old.currentRow(index));
  const header = newHeader(definition, rows, "");
  header.setLastUpdate(old.lastUpdate, old.microseconds);
  const kept = old.dataSources.length;
  const copy = (from: number, to: number, length: number) =>
    header.bytes.set(old.bytes.subarray(from, from + length), to);
  // With it parameters that follow from nothing else, like the row at which a season is smoothed.
  copy(old.layout.archives, header.layout.archives, old.archives.length * archiveSection.size);
  copy(old.layout.primary, header.layout.primary, kept * primaryState.size);
  for (let archive = 0; archive < old.archives.length; archive++)
    copy(old.stateAt(archive, 0) * 8, header.stateAt(archive, 0) * 8, kept * consolidationState.size);
  return header;
}

function copyRows(
  from: StorageFile,
  to: StorageFile,
  oldArchive: FixedArchive,
  newArchive: FixedArchive,
  oldHeader: Header,
  extended: Header,
): void {
  const kept = oldHeader.dataSources.length;
  const all = extended.dataSources.length;
  const most = Math.max(1, Math.floor(PIECE / (8 * all)));
  for (let row = 0; row < oldArchive.rows; row += most) {
    const count = Math.min(most, oldArchive.rows - row);
    const source = new Uint8Array(new ArrayBuffer(count * kept * 8));
    if (!readWhole(from, source, oldArchive.dataStart + row * kept * 8))
      throw new Error("the file ended early");
    const target = new Uint8Array(new ArrayBuffer(count * all * 8));
    const doubles = new Float64Array(target.buffer);
    const words = new Uint32Array(target.buffer);
    for (let index = 0; index < count; index++) {
      // Bytes, not doubles: unknowns keep their bits.
      target.set(source.subarray(index * kept * 8, (index + 1) * kept * 8), index * all * 8);
      for (let column = kept; column < all; column++)
        writeDouble(doubles, words, index * all + column, Number.NaN);
    }
    writeWhole(to, target, newArchive.dataStart + row * all * 8);
  }
}
