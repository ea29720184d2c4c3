import { type Machine, nativeMachine } from "./machine.ts";

/**
 * The binary layout of an RRD file, as ordered tables of fields: C structures as they lie in memory, one behind the
 * other. Offsets and sizes are computed with C's alignment rule for the machine; no offset is written down anywhere.
 */
export type FieldKind =
  | { readonly kind: "text"; readonly bytes: number }
  /** C's `unsigned long`. */
  | { readonly kind: "word" }
  | { readonly kind: "time" }
  | { readonly kind: "double" }
  /** An array of unions: a double or an unsigned long each, always 8 bytes. */
  | { readonly kind: "slots"; readonly count: number };

const text = (bytes: number): FieldKind => ({ kind: "text", bytes });
const word: FieldKind = { kind: "word" };
const time: FieldKind = { kind: "time" };
const double: FieldKind = { kind: "double" };
const slots = (count: number): FieldKind => ({ kind: "slots", count });

type Fields<Name extends string> = readonly (readonly [Name, FieldKind])[];

export interface Section<Name extends string = string> {
  readonly fields: Fields<Name>;
  readonly size: number;
  /** Byte offset of each field inside the section. */
  readonly at: Readonly<Record<Name, number>>;
}

function section<const Name extends string>(machine: Machine, fields: Fields<Name>): Section<Name> {
  const at = {} as Record<Name, number>;
  let offset = 0;
  let widest = 1;
  for (const [name, field] of fields) {
    const { bytes, alignment } = extent(field, machine);
    offset = alignUp(offset, alignment);
    at[name] = offset;
    offset += bytes;
    widest = Math.max(widest, alignment);
  }
  return { fields, size: alignUp(offset, widest), at };
}

function extent(field: FieldKind, machine: Machine): { bytes: number; alignment: number } {
  switch (field.kind) {
    case "text":
      return { bytes: field.bytes, alignment: 1 };
    case "word":
      return { bytes: machine.wordBytes, alignment: machine.wordBytes };
    case "time":
      return { bytes: machine.timeBytes, alignment: Math.min(machine.timeBytes, machine.doubleAlignment) };
    case "double":
      return { bytes: 8, alignment: machine.doubleAlignment };
    case "slots":
      return { bytes: 8 * field.count, alignment: machine.doubleAlignment };
  }
}

function alignUp(offset: number, alignment: number): number {
  return Math.ceil(offset / alignment) * alignment;
}

export const NAME_BYTES = 20;
export const LAST_READING_BYTES = 30;
/** Bytes that hold the expression of a COMPUTE data source, in place of its ten parameters. */
export const EXPRESSION_BYTES = 80;

export function sectionsFor(machine: Machine) {
  return {
    staticHead: section(machine, [
      ["cookie", text(4)],
      ["version", text(5)],
      ["floatCookie", double],
      ["dataSourceCount", word],
      ["archiveCount", word],
      ["step", word],
      ["parameters", slots(10)],
    ]),
    dataSourceSection: section(machine, [
      ["name", text(NAME_BYTES)],
      ["type", text(NAME_BYTES)],
      ["heartbeat", slots(1)],
      ["min", slots(1)],
      ["max", slots(1)],
      ["otherParameters", slots(7)],
    ]),
    archiveSection: section(machine, [
      ["consolidation", text(NAME_BYTES)],
      ["rows", word],
      ["pdpPerRow", word],
      ["parameters", slots(10)],
    ]),
    /** Versions 1 and 2 have no microseconds. */
    liveHeadOld: section(machine, [["lastUpdate", time]]),
    liveHead: section(machine, [
      ["lastUpdate", time],
      ["microseconds", word],
    ]),
    primaryState: section(machine, [
      ["lastReading", text(LAST_READING_BYTES)],
      ["unknownSeconds", slots(1)],
      ["value", slots(1)],
      ["otherScratch", slots(8)],
    ]),
    consolidationState: section(machine, [
      ["value", slots(1)],
      ["unknownPoints", slots(1)],
      ["forecastScratch", slots(6)],
      ["primary", slots(1)],
      ["secondary", slots(1)],
    ]),
    rowPointer: section(machine, [["currentRow", word]]),
  };
}

export type Sections = ReturnType<typeof sectionsFor>;

const native = sectionsFor(nativeMachine);
export const {
  staticHead,
  dataSourceSection,
  archiveSection,
  liveHeadOld,
  liveHead,
  primaryState,
  consolidationState,
  rowPointer,
} = native;

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
  sections: Sections = native,
): HeaderLayout {
  const hasMicroseconds = formatVersion >= 3;
  const dataSources = sections.staticHead.size;
  const archives = dataSources + sections.dataSourceSection.size * dataSourceCount;
  const live = archives + sections.archiveSection.size * archiveCount;
  const primary = live + (hasMicroseconds ? sections.liveHead : sections.liveHeadOld).size;
  const consolidation = primary + sections.primaryState.size * dataSourceCount;
  const rowPointers = consolidation + sections.consolidationState.size * dataSourceCount * archiveCount;
  const size = rowPointers + sections.rowPointer.size * archiveCount;
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
