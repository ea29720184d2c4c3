import { encodeExpression, parseExpression } from "./compute-expression.ts";
import { isConsolidation, isPlainConsolidation } from "./consolidations.ts";
import { dataSourceKinds } from "./data-source-kinds.ts";
import type { Consolidation } from "./definition.ts";
import { HISTORY_BYTES, parameterFields, RESTORED_HISTORY_BYTES, stateFields } from "./dump-fields.ts";
import {
  archiveSection,
  COOKIE,
  consolidationState,
  dataSourceSection,
  FLOAT_COOKIE,
  type HeaderLayout,
  headerLayout,
  LAST_READING_BYTES,
  liveHead,
  NAME_BYTES,
  NEWEST_VERSION,
  primaryState,
  rowPointer,
  staticHead,
} from "./layout.ts";
import {
  type DumpDocument,
  type DumpedArchive,
  type DumpedDataSource,
  doubleOf,
  type Leaves,
  wholeNumber,
} from "./restore-document.ts";
import { writeDouble, writeText, writeUnsigned } from "./words.ts";
import { XmlFault } from "./xml-reader.ts";

const inElement = (element: string) => ({
  fault: (message: string) => new XmlFault(`<${element}>: ${message}`),
});

export function double(leaves: Leaves, name: string, otherwise = Number.NaN): number {
  const text = leaves.get(name);
  return text === undefined ? otherwise : doubleOf(inElement(name), text);
}

function whole(leaves: Leaves, name: string): number {
  const number = wholeNumber(inElement(name), leaves.get(name) ?? "");
  if (number < 0) throw inElement(name).fault(`${number} is negative`);
  return number;
}

/** The bytes of a header that is being made. */
class Draft {
  readonly bytes: Uint8Array;
  readonly #doubles: Float64Array;
  readonly #words: Uint32Array;

  constructor(size: number) {
    this.bytes = new Uint8Array(new ArrayBuffer(size));
    this.#doubles = new Float64Array(this.bytes.buffer);
    this.#words = new Uint32Array(this.bytes.buffer);
  }

  text(at: number, length: number, text: string): void {
    writeText(this.bytes, at, length, text);
  }

  double(at: number, value: number): void {
    writeDouble(this.#doubles, this.#words, at / 8, value);
  }

  unsigned(at: number, value: number): void {
    writeUnsigned(this.#words, at / 8, value);
  }

  field(at: number, kind: "number" | "count", leaves: Leaves, tag: string): void {
    if (kind === "count") this.unsigned(at, whole(leaves, tag));
    else this.double(at, double(leaves, tag, 0));
  }
}

/** The bytes of the header that a dump describes, and the size of its file. Throws `XmlFault`. */
export function headerOf(
  document: DumpDocument,
  startRows: readonly number[] | undefined,
): { readonly bytes: Uint8Array; readonly size: number } {
  const { dataSources, archives, step, lastUpdate } = document;
  if (document.version > NEWEST_VERSION)
    throw new XmlFault(`can't handle RRD file version ${String(document.version).padStart(4, "0")}`);
  if (lastUpdate < 0) throw inElement("lastupdate").fault(`${lastUpdate} is negative`);
  if (step < 0) throw inElement("step").fault(`${step} is negative`);
  const version = Math.max(3, document.version);
  const layout = headerLayout(dataSources.length, archives.length, version);
  const draft = new Draft(layout.size);
  draft.text(staticHead.at.cookie, 4, COOKIE);
  draft.text(staticHead.at.version, 5, String(version).padStart(4, "0"));
  draft.double(staticHead.at.floatCookie, FLOAT_COOKIE);
  draft.unsigned(staticHead.at.dataSourceCount, dataSources.length);
  draft.unsigned(staticHead.at.archiveCount, archives.length);
  draft.unsigned(staticHead.at.step, step);
  draft.unsigned(layout.live + liveHead.at.lastUpdate, lastUpdate);
  const names: string[] = [];
  dataSources.forEach((source, index) => {
    names.push(writeDataSource(draft, layout, source, index, names));
  });
  let size = layout.size;
  archives.forEach((archive, index) => {
    writeArchive(draft, layout, archive, index, names.length);
    const start = startRows?.[index] ?? Math.floor(Math.random() * archive.rows);
    draft.unsigned(layout.rowPointers + index * rowPointer.size, start);
    size += archive.rows * names.length * 8;
  });
  return { bytes: draft.bytes, size };
}

/** Returns the data source's name. */
function writeDataSource(
  draft: Draft,
  layout: HeaderLayout,
  { leaves }: DumpedDataSource,
  index: number,
  before: readonly string[],
): string {
  const at = layout.dataSources + index * dataSourceSection.size;
  const name = leaves.get("name") ?? "";
  if (!/^[-\w]{1,19}$/.test(name))
    throw inElement("name").fault(`"${name}" must be 1 to 19 of A-Z a-z 0-9 _ -`);
  if (before.includes(name)) throw inElement("name").fault(`Duplicate DS name: ${name}`);
  const type = leaves.get("type") ?? "";
  if (!Object.hasOwn(dataSourceKinds, type))
    throw new XmlFault(`parse_tag_ds_type: Unknown data source type: ${type}`);
  draft.text(at + dataSourceSection.at.name, NAME_BYTES, name);
  draft.text(at + dataSourceSection.at.type, NAME_BYTES, type);
  if (type === "COMPUTE") {
    const expression = parseExpression(leaves.get("cdef") ?? "", before);
    if ("fault" in expression) throw inElement("cdef").fault(expression.fault);
    draft.bytes.set(encodeExpression(expression), at + dataSourceSection.at.heartbeat);
  } else {
    draft.unsigned(at + dataSourceSection.at.heartbeat, whole(leaves, "minimal_heartbeat"));
    draft.double(at + dataSourceSection.at.min, double(leaves, "min"));
    draft.double(at + dataSourceSection.at.max, double(leaves, "max"));
  }
  const state = layout.primary + index * primaryState.size;
  const reading = leaves.get("last_ds") ?? "";
  if (reading.length > LAST_READING_BYTES - 1) throw new XmlFault(`'${reading}' is longer than 30`);
  draft.text(state + primaryState.at.lastReading, LAST_READING_BYTES, reading);
  draft.unsigned(state + primaryState.at.unknownSeconds, whole(leaves, "unknown_sec"));
  draft.double(state + primaryState.at.value, double(leaves, "value", 0));
  return name;
}

function writeArchive(
  draft: Draft,
  layout: HeaderLayout,
  archive: DumpedArchive,
  index: number,
  sources: number,
): void {
  const { leaves, parameters, states } = archive;
  const at = layout.archives + index * archiveSection.size;
  const cf = leaves.get("cf") ?? "";
  if (!isConsolidation(cf)) throw new XmlFault(`parse_tag_rra_cf: Unknown consolidation function: ${cf}`);
  draft.text(at + archiveSection.at.consolidation, NAME_BYTES, cf);
  draft.unsigned(at + archiveSection.at.rows, archive.rows);
  draft.unsigned(at + archiveSection.at.pdpPerRow, whole(leaves, "pdp_per_row"));
  // Dumps of the first two versions have it one level higher.
  const xff = leaves.get("xff");
  if (xff !== undefined && isPlainConsolidation(cf) && !parameters.has("xff")) parameters.set("xff", xff);
  for (const { tag, slot, kind } of parameterFields[cf])
    if (parameters.has(tag)) draft.field(at + archiveSection.at.parameters + slot * 8, kind, parameters, tag);
  for (let source = 0; source < sources; source++) {
    const state = layout.consolidation + (index * sources + source) * consolidationState.size;
    writeState(draft, state, cf, states[source] ?? new Map());
  }
}

function writeState(draft: Draft, at: number, cf: Consolidation, leaves: Leaves): void {
  for (const { tag, slot, kind } of stateFields[cf])
    if (leaves.has(tag)) draft.field(at + slot * 8, kind, leaves, tag);
  const history = leaves.get("history");
  if (cf !== "FAILURES" || history === undefined) return;
  for (let index = 0; index < Math.min(history.length, RESTORED_HISTORY_BYTES, HISTORY_BYTES); index++)
    draft.bytes[at + index] = history[index] === "1" ? 1 : 0;
}
