import { failed, ok, problem, type Result } from "../base/index.ts";
import { decodeExpression } from "./compute-expression.ts";
import { isConsolidation, isPlainConsolidation } from "./consolidations.ts";
import { dataSourceKinds } from "./data-source-kinds.ts";
import type { DataSourceType } from "./definition.ts";
import { LONGEST_WINDOW, readForecast } from "./forecast-parameters.ts";
import { expressionAt, type FixedArchive, type FixedDataSource, Header, stateWord } from "./header.ts";
import {
  archiveSection,
  COOKIE,
  dataSourceSection,
  EXPRESSION_BYTES,
  FLOAT_COOKIE,
  type HeaderLayout,
  headerLayout,
  LAST_READING_BYTES,
  NAME_BYTES,
  NEWEST_VERSION,
  primaryState,
  staticHead,
} from "./layout.ts";
import { storageProblem } from "./rrd-problems.ts";
import type { StorageFile } from "./storage.ts";
import { readWhole } from "./whole-io.ts";
import { readText, readUnsigned } from "./words.ts";

/** A header of 16 MiB would describe some ten thousand data sources and archives; more is damage or malice. */
export const LARGEST_HEADER = 16 * 1024 * 1024;

/**
 * Reads and checks a header. A file from elsewhere may say anything: every count, index and text is checked before it
 * is used, and nothing is allocated that the size of the file does not justify.
 */
export function readHeader(file: StorageFile, path: string): Result<Header> {
  let size: number;
  let head: Uint8Array;
  let rest: { bytes: Uint8Array; layout: HeaderLayout } | string;
  try {
    size = file.status().size;
    head = new Uint8Array(new ArrayBuffer(staticHead.size));
    if (!readWhole(file, head, 0)) return damaged(path, "is too small for an RRD file");
    const fault = checkStaticHead(head);
    if (fault !== undefined) return damaged(path, fault);
    rest = readRest(file, head, size);
  } catch (error) {
    return failed(storageProblem(path, "read", error));
  }
  if (typeof rest === "string") return damaged(path, rest);
  const header = parseHeader(rest.bytes, rest.layout, size);
  return typeof header === "string" ? damaged(path, header) : ok(header);
}

/** Whether a file still has the header that was read from it, byte for byte: then nothing has to be checked again. */
export function hasHeader(file: StorageFile, header: Header): boolean {
  if (file.status().size < header.fileSize) return false;
  const bytes = new Uint8Array(new ArrayBuffer(header.bytes.length));
  return readWhole(file, bytes, 0) && Buffer.compare(bytes, header.bytes) === 0;
}

function damaged(path: string, what: string): Result<never> {
  return failed(problem("rrd-damaged", `"${path}" ${what}`));
}

function checkStaticHead(head: Uint8Array): string | undefined {
  if (readText(head, staticHead.at.cookie, 4) !== COOKIE) return "is not an RRD file";
  const doubles = new Float64Array(head.buffer);
  if (doubles[staticHead.at.floatCookie / 8] !== FLOAT_COOKIE) return "was created on another architecture";
  const version = readText(head, staticHead.at.version, 5);
  if (version === undefined || !/^\d{4}$/.test(version) || Number(version) === 0)
    return "has a format version that is no number";
  if (Number(version) > NEWEST_VERSION)
    return `has format version ${version}; the newest known is 000${NEWEST_VERSION}`;
  return undefined;
}

function readRest(
  file: StorageFile,
  head: Uint8Array,
  size: number,
): { bytes: Uint8Array; layout: HeaderLayout } | string {
  const words = new Uint32Array(head.buffer);
  const sources = readUnsigned(words, staticHead.at.dataSourceCount / 8);
  const archives = readUnsigned(words, staticHead.at.archiveCount / 8);
  if (sources < 1) return "says that it has no data source";
  if (archives < 1) return "says that it has no archive";
  const version = Number(readText(head, staticHead.at.version, 5));
  const layout = headerLayout(sources, archives, version);
  if (layout.size > size)
    return `is too small: ${sources} data sources and ${archives} archives need a header of ${layout.size} bytes`;
  if (layout.size > LARGEST_HEADER)
    return `has a header of ${layout.size} bytes; at most ${LARGEST_HEADER} are read`;
  const bytes = new Uint8Array(new ArrayBuffer(layout.size));
  if (!readWhole(file, bytes, 0)) return "is too small: it ends inside its header";
  return { bytes, layout };
}

function parseHeader(bytes: Uint8Array, layout: HeaderLayout, size: number): Header | string {
  const words = new Uint32Array(bytes.buffer);
  const doubles = new Float64Array(bytes.buffer);
  const step = readUnsigned(words, staticHead.at.step / 8);
  if (step < 1 || !Number.isSafeInteger(step)) return `says that its step is ${step} seconds`;
  const dataSources: FixedDataSource[] = [];
  const names: string[] = [];
  for (let index = 0; index < layout.dataSourceCount; index++) {
    const source = parseDataSource(bytes, words, doubles, layout, index, names);
    if (typeof source === "string") return `${source} (data source ${index})`;
    dataSources.push(source);
    names.push(source.name);
  }
  const archives: FixedArchive[] = [];
  let dataStart = layout.size;
  for (let index = 0; index < layout.archiveCount; index++) {
    const archive = parseArchive(bytes, words, doubles, layout, index, dataStart, step);
    if (typeof archive === "string") return `${archive} (archive ${index})`;
    dataStart += archive.rows * layout.dataSourceCount * 8;
    if (dataStart > size) return `is too small: the rows of archive ${index} end after the file's end`;
    archives.push(archive);
  }
  const formatVersion = Number(readText(bytes, staticHead.at.version, 5));
  const header = new Header(bytes, layout, { formatVersion, step, dataSources, archives });
  return checkLive(header) ?? header;
}

function parseDataSource(
  bytes: Uint8Array,
  words: Uint32Array,
  doubles: Float64Array,
  layout: HeaderLayout,
  index: number,
  before: readonly string[],
): FixedDataSource | string {
  const at = layout.dataSources + index * dataSourceSection.size;
  const name = readText(bytes, at + dataSourceSection.at.name, NAME_BYTES);
  if (name === undefined || !/^[!-~]+$/.test(name)) return "has a data source without a proper name";
  const type = readText(bytes, at + dataSourceSection.at.type, NAME_BYTES);
  if (type === undefined || !isDataSourceType(type)) return "has a data source of an unknown type";
  if (type === "COMPUTE") {
    const from = expressionAt(layout, index);
    const expression = decodeExpression(bytes.subarray(from, from + EXPRESSION_BYTES), before);
    if ("fault" in expression) return expression.fault;
    // The expression lies where others have heartbeat and limits; rrdtool reads those bytes as a heartbeat, too.
    const heartbeat = readUnsigned(words, (at + dataSourceSection.at.heartbeat) / 8);
    return { name, type, heartbeat, min: Number.NaN, max: Number.NaN, expression };
  }
  const heartbeat = readUnsigned(words, (at + dataSourceSection.at.heartbeat) / 8);
  const min = doubles[(at + dataSourceSection.at.min) / 8] as number;
  const max = doubles[(at + dataSourceSection.at.max) / 8] as number;
  return { name, type, heartbeat, min, max, expression: undefined };
}

function parseArchive(
  bytes: Uint8Array,
  words: Uint32Array,
  doubles: Float64Array,
  layout: HeaderLayout,
  index: number,
  dataStart: number,
  step: number,
): FixedArchive | string {
  const at = layout.archives + index * archiveSection.size;
  const cf = readText(bytes, at + archiveSection.at.consolidation, NAME_BYTES);
  if (cf === undefined || !isConsolidation(cf))
    return "has an archive with an unknown consolidation function";
  const rows = readUnsigned(words, (at + archiveSection.at.rows) / 8);
  const pdpPerRow = readUnsigned(words, (at + archiveSection.at.pdpPerRow) / 8);
  if (rows < 1) return "has an archive without rows";
  if (pdpPerRow < 1) return "has an archive with rows of 0 steps";
  if (!Number.isSafeInteger(rows * pdpPerRow * step))
    return "has an archive that covers more time than there is";
  const parameters = (at + archiveSection.at.parameters) / 8;
  if (isPlainConsolidation(cf))
    return { cf, rows, pdpPerRow, xff: doubles[parameters] as number, forecast: undefined, dataStart };
  const forecast = readForecast(cf, doubles, words, parameters);
  if (forecast.leansOn >= layout.archiveCount) return "has an archive that leans on one which does not exist";
  if (forecast.kind === "failures" && forecast.window > LONGEST_WINDOW)
    return `has a FAILURES archive with a window over ${LONGEST_WINDOW}`;
  return { cf, rows, pdpPerRow, xff: Number.NaN, forecast, dataStart };
}

function checkLive(header: Header): string | undefined {
  if (!Number.isSafeInteger(header.lastUpdate)) return "has a last update outside all time";
  if (header.microseconds >= 1e6) return `has a last update with ${header.microseconds} microseconds`;
  for (let source = 0; source < header.dataSources.length; source++) {
    const at = header.layout.primary + source * primaryState.size + primaryState.at.lastReading;
    if (readText(header.bytes, at, LAST_READING_BYTES) === undefined)
      return `has a last reading without an end (data source ${source})`;
    if (!Number.isSafeInteger(header.unknownSeconds(source)))
      return `has an impossible number of unknown seconds (data source ${source})`;
  }
  for (let index = 0; index < header.archives.length; index++) {
    const archive = header.archives[index];
    if (archive === undefined) continue;
    const row = header.currentRow(index);
    if (row >= archive.rows)
      return `says that row ${row} of ${archive.rows} was written last (archive ${index})`;
    if (!isPlainConsolidation(archive.cf)) continue;
    for (let source = 0; source < header.dataSources.length; source++) {
      if (!Number.isSafeInteger(header.unsigned(header.stateAt(index, source) + stateWord.unknownPoints)))
        return `has an impossible number of unknown points (archive ${index})`;
    }
  }
  return undefined;
}

function isDataSourceType(type: string): type is DataSourceType {
  return Object.hasOwn(dataSourceKinds, type);
}
