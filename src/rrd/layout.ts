/**
 * The binary layout of an RRD file (little-endian, LP64), as ordered tables of fields. Offsets and sizes are computed
 * with C's alignment rule; no offset is written down anywhere.
 */
interface FieldKind {
  readonly bytes: number;
  readonly alignment: number;
}

const text = (bytes: number): FieldKind => ({ bytes, alignment: 1 });
const word: FieldKind = { bytes: 8, alignment: 8 };
/** An array of 8-byte unions: a double or an unsigned integer each. */
const slots = (count: number): FieldKind => ({ bytes: 8 * count, alignment: 8 });

interface Section<Name extends string> {
  readonly size: number;
  /** Byte offset of each field inside the section. */
  readonly at: Readonly<Record<Name, number>>;
}

function section<const Name extends string>(...fields: (readonly [Name, FieldKind])[]): Section<Name> {
  const at = {} as Record<Name, number>;
  let offset = 0;
  let widest = 1;
  for (const [name, kind] of fields) {
    offset = alignUp(offset, kind.alignment);
    at[name] = offset;
    offset += kind.bytes;
    widest = Math.max(widest, kind.alignment);
  }
  return { size: alignUp(offset, widest), at };
}

function alignUp(offset: number, alignment: number): number {
  return Math.ceil(offset / alignment) * alignment;
}

export const NAME_BYTES = 20;
export const LAST_READING_BYTES = 30;
/** Bytes that hold the expression of a COMPUTE data source, in place of its ten parameters. */
export const EXPRESSION_BYTES = 80;

export const staticHead = section(
  ["cookie", text(4)],
  ["version", text(5)],
  ["floatCookie", word],
  ["dataSourceCount", word],
  ["archiveCount", word],
  ["step", word],
  ["parameters", slots(10)],
);

export const dataSourceSection = section(
  ["name", text(NAME_BYTES)],
  ["type", text(NAME_BYTES)],
  ["heartbeat", word],
  ["min", word],
  ["max", word],
  ["otherParameters", slots(7)],
);

export const archiveSection = section(
  ["consolidation", text(NAME_BYTES)],
  ["rows", word],
  ["pdpPerRow", word],
  ["parameters", slots(10)],
);

/** Versions 1 and 2 have no microseconds. */
export const liveHeadOld = section(["lastUpdate", word]);
export const liveHead = section(["lastUpdate", word], ["microseconds", word]);

export const primaryState = section(
  ["lastReading", text(LAST_READING_BYTES)],
  ["unknownSeconds", word],
  ["value", word],
  ["otherScratch", slots(8)],
);

export const consolidationState = section(
  ["value", word],
  ["unknownPoints", word],
  ["forecastScratch", slots(6)],
  ["primary", word],
  ["secondary", word],
);

export const rowPointer = section(["currentRow", word]);

/** Where each section of one particular file begins; bytes. */
export interface HeaderLayout {
  readonly dataSourceCount: number;
  readonly archiveCount: number;
  readonly hasMicroseconds: boolean;
  readonly dataSources: number;
  readonly archives: number;
  /** From here to the end everything changes with an update and is written in one piece. */
  readonly live: number;
  readonly primary: number;
  readonly consolidation: number;
  readonly rowPointers: number;
  readonly size: number;
}

export function headerLayout(
  dataSourceCount: number,
  archiveCount: number,
  formatVersion: number,
): HeaderLayout {
  const hasMicroseconds = formatVersion >= 3;
  const dataSources = staticHead.size;
  const archives = dataSources + dataSourceSection.size * dataSourceCount;
  const live = archives + archiveSection.size * archiveCount;
  const primary = live + (hasMicroseconds ? liveHead : liveHeadOld).size;
  const consolidation = primary + primaryState.size * dataSourceCount;
  const rowPointers = consolidation + consolidationState.size * dataSourceCount * archiveCount;
  const size = rowPointers + rowPointer.size * archiveCount;
  return {
    dataSourceCount,
    archiveCount,
    hasMicroseconds,
    dataSources,
    archives,
    live,
    primary,
    consolidation,
    rowPointers,
    size,
  };
}

export const COOKIE = "RRD";
/** Tells byte orders and double formats apart. */
export const FLOAT_COOKIE = 8.642135e130;
export const NEWEST_VERSION = 5;
