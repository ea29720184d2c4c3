import { isConsolidation } from "./consolidations.ts";
import {
  EXPRESSION_BYTES,
  FLOAT_COOKIE,
  type HeaderLayout,
  headerLayout,
  NAME_BYTES,
  NEWEST_VERSION,
  type Section,
  type Sections,
  sectionsFor,
} from "./layout.ts";
import { type Machine, nativeMachine } from "./machine.ts";
import { archiveCounts, HISTORY_SLOTS, primaryCounts, sourceCounts } from "./slot-kinds.ts";
import { readText } from "./words.ts";

/** How the header of a file from elsewhere lies, as far as its counts go. */
export interface ForeignShape {
  readonly machine: Machine;
  readonly version: number;
  readonly layout: HeaderLayout;
  readonly dataSources: number;
  readonly archives: number;
}

/** The most bytes any static head has. */
export const LONGEST_HEAD = 128;

/** What a static head says if it comes from the machine; undefined when it does not look like that. */
export function foreignShape(head: Uint8Array, machine: Machine): ForeignShape | undefined {
  const { staticHead } = sectionsFor(machine);
  const view = new Words(head, machine);
  if (view.double(staticHead.at.floatCookie) !== FLOAT_COOKIE) return undefined;
  const version = Number(readText(head, staticHead.at.version, 5));
  const dataSources = view.word(staticHead.at.dataSourceCount);
  const archives = view.word(staticHead.at.archiveCount);
  const step = view.word(staticHead.at.step);
  if (!(version >= 1 && version <= NEWEST_VERSION) || dataSources < 1 || archives < 1 || step < 1)
    return undefined;
  const layout = headerLayout(dataSources, archives, version, sectionsFor(machine));
  return { machine, version, layout, dataSources, archives };
}

/** Bytes of all rows, from a whole header. */
export function foreignRowBytes(header: Uint8Array, shape: ForeignShape): number {
  const view = new Words(header, shape.machine);
  const { archiveSection } = sectionsFor(shape.machine);
  let rows = 0;
  for (let index = 0; index < shape.archives; index++)
    rows += view.word(shape.layout.archives + index * archiveSection.size + archiveSection.at.rows);
  return rows * shape.dataSources * 8;
}

/** The same header as this machine would have written it. */
export function nativeHeader(header: Uint8Array, shape: ForeignShape): Uint8Array {
  return new Translation(header, shape).run();
}

/** Numbers as a machine writes them. */
class Words {
  readonly #view: DataView;
  readonly #machine: Machine;

  constructor(bytes: Uint8Array, machine: Machine) {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#machine = machine;
  }

  double(at: number): number {
    return this.#view.getFloat64(at, this.#machine.littleEndian);
  }

  /** Beyond 2^53 inexact: such a count is refused later. */
  word(at: number): number {
    return Number(this.#unsigned(at, this.#machine.wordBytes));
  }

  unsigned(at: number, kind: "word" | "time"): bigint {
    return this.#unsigned(at, kind === "word" ? this.#machine.wordBytes : this.#machine.timeBytes);
  }

  #unsigned(at: number, bytes: 4 | 8): bigint {
    const { littleEndian } = this.#machine;
    return bytes === 8
      ? this.#view.getBigUint64(at, littleEndian)
      : BigInt(this.#view.getUint32(at, littleEndian));
  }

  /** The eight bytes of a double, bit for bit. */
  bits(at: number): bigint {
    return this.#view.getBigUint64(at, this.#machine.littleEndian);
  }

  short(at: number): number {
    return this.#view.getInt16(at, this.#machine.littleEndian);
  }
}

class Translation {
  readonly #from: Uint8Array;
  readonly #to: Uint8Array;
  readonly #read: Words;
  readonly #write: DataView;
  readonly #shape: ForeignShape;
  readonly #foreign: Sections;
  readonly #native = sectionsFor(nativeMachine);
  readonly #layout: HeaderLayout;

  constructor(header: Uint8Array, shape: ForeignShape) {
    this.#from = header;
    this.#shape = shape;
    this.#foreign = sectionsFor(shape.machine);
    this.#layout = headerLayout(shape.dataSources, shape.archives, shape.version);
    this.#to = new Uint8Array(new ArrayBuffer(this.#layout.size));
    this.#read = new Words(header, shape.machine);
    this.#write = new DataView(this.#to.buffer);
  }

  run(): Uint8Array {
    const { dataSources, archives, layout } = this.#shape;
    this.#section("staticHead", 0, 0);
    for (let index = 0; index < dataSources; index++) this.#dataSource(index);
    for (let index = 0; index < archives; index++) {
      const counts = this.#countsOf(index)?.parameters;
      this.#nth("archiveSection", layout.archives, this.#layout.archives, index, counts);
      this.#nth("rowPointer", layout.rowPointers, this.#layout.rowPointers, index);
    }
    this.#section(layout.hasMicroseconds ? "liveHead" : "liveHeadOld", layout.live, this.#layout.live);
    for (let index = 0; index < dataSources; index++)
      this.#nth("primaryState", layout.primary, this.#layout.primary, index, primaryCounts);
    for (let index = 0; index < archives * dataSources; index++) this.#state(index);
    return this.#to;
  }

  #dataSource(index: number): void {
    const { layout } = this.#shape;
    this.#nth("dataSourceSection", layout.dataSources, this.#layout.dataSources, index, sourceCounts);
    const [foreign, native] = [this.#foreign.dataSourceSection, this.#native.dataSourceSection];
    const from = layout.dataSources + index * foreign.size;
    if (readText(this.#from, from + foreign.at.type, NAME_BYTES) !== "COMPUTE") return;
    const to = this.#layout.dataSources + index * native.size + native.at.heartbeat;
    // Nodes of four bytes: what to do, nothing, and a short.
    for (let at = 0; at < EXPRESSION_BYTES; at += 4) {
      const node = from + foreign.at.heartbeat + at;
      this.#to[to + at] = this.#from[node] as number;
      this.#to[to + at + 1] = this.#from[node + 1] as number;
      this.#write.setInt16(to + at + 2, this.#read.short(node + 2), true);
    }
  }

  #state(index: number): void {
    const archive = Math.floor(index / this.#shape.dataSources);
    const [from, to] = [this.#shape.layout.consolidation, this.#layout.consolidation];
    this.#nth("consolidationState", from, to, index, this.#countsOf(archive)?.state);
    if (this.#consolidationOf(archive) !== "FAILURES") return;
    const source = from + index * this.#foreign.consolidationState.size;
    const history = this.#from.subarray(source, source + HISTORY_SLOTS * 8);
    this.#to.set(history, to + index * this.#native.consolidationState.size);
  }

  #consolidationOf(archive: number): string {
    const { archiveSection } = this.#foreign;
    const at = this.#shape.layout.archives + archive * archiveSection.size + archiveSection.at.consolidation;
    return readText(this.#from, at, NAME_BYTES) ?? "";
  }

  #countsOf(archive: number) {
    const name = this.#consolidationOf(archive);
    return isConsolidation(name) ? archiveCounts[name] : undefined;
  }

  #nth(name: keyof Sections, from: number, to: number, index: number, counts?: readonly number[]): void {
    this.#section(
      name,
      from + index * this.#foreign[name].size,
      to + index * this.#native[name].size,
      counts,
    );
  }

  /** `counts`: the slots of the structure that hold an unsigned long. */
  #section(name: keyof Sections, from: number, to: number, counts: readonly number[] = []): void {
    const foreign: Section = this.#foreign[name];
    const native: Section = this.#native[name];
    let slot = 0;
    for (const [field, kind] of native.fields) {
      const source = from + (foreign.at[field] ?? 0);
      const target = to + (native.at[field] ?? 0);
      switch (kind.kind) {
        case "text":
          this.#to.set(this.#from.subarray(source, source + kind.bytes), target);
          break;
        case "word":
        case "time":
          this.#write.setBigUint64(target, this.#read.unsigned(source, kind.kind), true);
          break;
        case "double":
          this.#write.setBigUint64(target, this.#read.bits(source), true);
          break;
        case "slots":
          for (let i = 0; i < kind.count; i++, slot++) {
            const isCount = counts.includes(slot);
            const value = isCount
              ? this.#read.unsigned(source + 8 * i, "word")
              : this.#read.bits(source + 8 * i);
            this.#write.setBigUint64(target + 8 * i, value, true);
          }
          break;
      }
    }
  }
}
