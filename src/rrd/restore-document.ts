import { parseNumber } from "./number-text.ts";
import { type XmlFault, XmlReader } from "./xml-reader.ts";

/** A dump as it stands in its XML: texts and rows, not yet checked against each other. */
export interface DumpDocument {
  version: number;
  step: number;
  lastUpdate: number;
  readonly dataSources: DumpedDataSource[];
  readonly archives: DumpedArchive[];
}

/** Elements that hold one value, by their names. */
export type Leaves = Map<string, string>;

export interface DumpedDataSource {
  readonly leaves: Leaves;
}

export interface DumpedArchive {
  readonly leaves: Leaves;
  readonly parameters: Leaves;
  /** One per data source. */
  readonly states: Leaves[];
  rows: number;
  /** Row by row, the oldest first. */
  readonly values: Values;
}

/** Numbers in pieces, so that none has to be copied as they grow. */
export class Values {
  readonly pieces: Float64Array[] = [];
  #used = PIECE;

  push(value: number): void {
    if (this.#used === PIECE) {
      this.pieces.push(new Float64Array(PIECE));
      this.#used = 0;
    }
    (this.pieces.at(-1) as Float64Array)[this.#used++] = value;
  }

  set(index: number, value: number): void {
    (this.pieces[Math.floor(index / PIECE)] as Float64Array)[index % PIECE] = value;
  }

  at(index: number): number {
    return (this.pieces[Math.floor(index / PIECE)] as Float64Array)[index % PIECE] as number;
  }
}

const PIECE = 4096;

/** The names that may stand in each element; anything else is refused, as rrdtool does. */
const leavesOf = {
  ds: ["name", "type", "minimal_heartbeat", "min", "max", "cdef", "last_ds", "value", "unknown_sec"],
  rra: ["cf", "pdp_per_row", "xff"],
  params: [
    ...["xff", "hw_alpha", "hw_beta", "seasonal_gamma", "seasonal_smooth_idx", "smoothing_window"],
    ...["dependent_rra_idx", "delta_pos", "delta_neg", "window_len", "failure_threshold"],
  ],
  cdp_prep_ds: [
    ...["primary_value", "secondary_value", "value", "unknown_datapoints", "intercept", "last_intercept"],
    ...["slope", "last_slope", "nan_count", "last_nan_count", "seasonal", "last_seasonal", "init_flag"],
    "history",
  ],
} as const;

/** Throws `XmlFault`. */
export function readDump(read: () => string): DumpDocument {
  const reader = new XmlReader(read);
  const root = reader.next();
  if (root.kind !== "open" || root.name !== "rrd") {
    const found = root.kind === "open" ? `<${root.name}>` : "something else";
    throw reader.fault(`expected <rrd> but found ${found}`);
  }
  const document: DumpDocument = { version: 0, step: 0, lastUpdate: 0, dataSources: [], archives: [] };
  children(reader, "rrd", {
    version: () => {
      document.version = wholeNumber(reader, leaf(reader, "version"));
    },
    step: () => {
      document.step = wholeNumber(reader, leaf(reader, "step"));
    },
    lastupdate: () => {
      document.lastUpdate = wholeNumber(reader, leaf(reader, "lastupdate"));
    },
    ds: () => void document.dataSources.push({ leaves: leaves(reader, "ds", leavesOf.ds) }),
    rra: () => void document.archives.push(readArchive(reader, document.dataSources.length)),
  });
  while (reader.next().kind !== "end");
  return document;
}

function readArchive(reader: XmlReader, sources: number): DumpedArchive {
  const archive: DumpedArchive = {
    leaves: new Map(),
    parameters: new Map(),
    states: [],
    rows: 0,
    values: new Values(),
  };
  const own = Object.fromEntries(
    leavesOf.rra.map((name) => [name, () => void archive.leaves.set(name, leaf(reader, name))]),
  );
  children(reader, "rra", {
    ...own,
    params: () => {
      for (const [name, text] of leaves(reader, "params", leavesOf.params))
        archive.parameters.set(name, text);
    },
    cdp_prep: () =>
      children(reader, "cdp_prep", {
        ds: () => {
          if (archive.states.length === sources)
            throw reader.fault("<cdp_prep> has more <ds> than there are data sources");
          archive.states.push(leaves(reader, "cdp_prep_ds", leavesOf.cdp_prep_ds, "ds"));
        },
      }),
    database: () => children(reader, "database", { row: () => readRow(reader, archive, sources) }),
  });
  return archive;
}

function readRow(reader: XmlReader, archive: DumpedArchive, sources: number): void {
  let count = 0;
  children(reader, "row", {
    v: () => {
      if (++count > sources)
        throw reader.fault(`a <row> has more values than there are data sources (${sources})`);
      archive.values.push(doubleOf(reader, leaf(reader, "v")));
    },
  });
  if (count < sources) throw reader.fault(`a <row> has ${count} values instead of ${sources}`);
  archive.rows++;
}

function leaves(reader: XmlReader, parent: string, names: readonly string[], element = parent): Leaves {
  const found: Leaves = new Map();
  const takers = names.map((name) => [name, () => void found.set(name, leaf(reader, name))] as const);
  children(reader, parent, Object.fromEntries(takers), element);
  return found;
}

function children(
  reader: XmlReader,
  parent: string,
  take: Readonly<Record<string, () => void>>,
  element = parent,
): void {
  for (;;) {
    const token = reader.next();
    if (token.kind === "close") return;
    if (token.kind === "open") {
      const known = Object.hasOwn(take, token.name) ? take[token.name] : undefined;
      if (known === undefined) throw reader.fault(`parse_tag_${parent}: Unknown tag: ${token.name}`);
      known();
    } else if (token.kind === "text" && token.text.trim() !== "")
      throw reader.fault(`<${element}> has text in it: "${token.text.trim().slice(0, 40)}"`);
  }
}

/** The first word in an element that has no others in it. */
function leaf(reader: XmlReader, name: string): string {
  let text = "";
  for (;;) {
    const token = reader.next();
    if (token.kind === "close") return /\S+/.exec(text)?.[0] ?? "";
    if (token.kind === "open") throw reader.fault(`expected a value in <${name}> but found <${token.name}>`);
    if (token.kind === "text") text += token.text;
    if (text.length > LONGEST_LEAF) throw reader.fault(`the value of <${name}> is too long`);
  }
}

const LONGEST_LEAF = 4096;

/** C's `atol`: the digits at the front, 0 without any. */
export function wholeNumber(reader: { fault(message: string): XmlFault }, text: string): number {
  const number = Number(/^[+-]?\d+/.exec(text)?.[0] ?? 0);
  if (!Number.isSafeInteger(number)) throw reader.fault(`${text} is too large`);
  return number;
}

export function doubleOf(reader: { fault(message: string): XmlFault }, text: string): number {
  if (/^-?nan$/i.test(text)) return Number.NaN;
  const value = text === "" ? undefined : parseNumber(text);
  if (typeof value !== "number") throw reader.fault(`"${text}" is no number`);
  return value;
}
