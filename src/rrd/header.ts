import type { ComputeExpression } from "./compute-expression.ts";
import type { Consolidation, DataSourceType } from "./definition.ts";
import type { Forecast } from "./forecast-parameters.ts";
import {
  archiveSection,
  consolidationState,
  dataSourceSection,
  type HeaderLayout,
  LAST_READING_BYTES,
  liveHead,
  primaryState,
  rowPointer,
  staticHead,
} from "./layout.ts";
import { readText, readUnsigned, writeDouble, writeText, writeUnsigned } from "./words.ts";

/** What never changes while a file is open. */
export interface FixedDataSource {
  readonly name: string;
  readonly type: DataSourceType;
  readonly heartbeat: number;
  /** NaN = none. */
  readonly min: number;
  readonly max: number;
  /** Of COMPUTE data sources. */
  readonly expression: ComputeExpression | undefined;
}

export interface FixedArchive {
  readonly cf: Consolidation;
  readonly rows: number;
  readonly pdpPerRow: number;
  /** NaN for forecast archives. */
  readonly xff: number;
  /** Of forecast archives. */
  readonly forecast: Forecast | undefined;
  /** Byte offset of row 0. */
  readonly dataStart: number;
}

const WORD = 8;
// Constants of this module, so that the hot path looks nothing up.
const LAST_UPDATE = liveHead.at.lastUpdate / WORD;
const MICROSECONDS = liveHead.at.microseconds / WORD;
const PRIMARY_WORDS = primaryState.size / WORD;
const UNKNOWN_SECONDS = primaryState.at.unknownSeconds / WORD;
const PRIMARY_VALUE = primaryState.at.value / WORD;
const STATE_WORDS = consolidationState.size / WORD;
const POINTER_WORDS = rowPointer.size / WORD;

/**
 * A checked header in memory: its bytes, exactly as in the file, with named access. Updates change the bytes in place,
 * so writing them out is one positional write and nothing has to be encoded.
 */
export class Header {
  readonly bytes: Uint8Array;
  readonly doubles: Float64Array;
  readonly words: Uint32Array;
  readonly layout: HeaderLayout;
  readonly formatVersion: number;
  readonly step: number;
  readonly dataSources: readonly FixedDataSource[];
  readonly archives: readonly FixedArchive[];
  /** Bytes of header and all rows. */
  readonly fileSize: number;
  // Word indexes (byte offset / 8) of the sections, so that the hot path does no divisions.
  readonly #primary: number;
  readonly #consolidation: number;
  readonly #rowPointers: number;
  readonly #live: number;
  readonly #sources: number;

  constructor(
    bytes: Uint8Array,
    layout: HeaderLayout,
    fixed: {
      readonly formatVersion: number;
      readonly step: number;
      readonly dataSources: readonly FixedDataSource[];
      readonly archives: readonly FixedArchive[];
    },
  ) {
    this.bytes = bytes;
    this.doubles = new Float64Array(bytes.buffer, bytes.byteOffset, layout.size / WORD);
    this.words = new Uint32Array(bytes.buffer, bytes.byteOffset, layout.size / 4);
    this.layout = layout;
    this.formatVersion = fixed.formatVersion;
    this.step = fixed.step;
    this.dataSources = fixed.dataSources;
    this.archives = fixed.archives;
    const last = fixed.archives.at(-1);
    this.fileSize =
      last === undefined ? layout.size : last.dataStart + last.rows * layout.dataSourceCount * WORD;
    this.#primary = layout.primary / WORD;
    this.#consolidation = layout.consolidation / WORD;
    this.#rowPointers = layout.rowPointers / WORD;
    this.#live = layout.live / WORD;
    this.#sources = layout.dataSourceCount;
  }

  /** Epoch seconds, whole. */
  get lastUpdate(): number {
    return readUnsigned(this.words, this.#live + LAST_UPDATE);
  }

  get microseconds(): number {
    return this.layout.hasMicroseconds ? readUnsigned(this.words, this.#live + MICROSECONDS) : 0;
  }

  setLastUpdate(seconds: number, microseconds: number): void {
    writeUnsigned(this.words, this.#live + LAST_UPDATE, seconds);
    if (this.layout.hasMicroseconds) writeUnsigned(this.words, this.#live + MICROSECONDS, microseconds);
  }

  lastReading(source: number): string {
    return readText(this.bytes, this.#lastReadingAt(source), LAST_READING_BYTES) ?? "";
  }

  /** Cut to 29 bytes; the rest of the field is cleared. */
  setLastReading(source: number, reading: string): void {
    writeText(this.bytes, this.#lastReadingAt(source), LAST_READING_BYTES, reading);
  }

  /** The same, from ASCII bytes. */
  setLastReadingBytes(source: number, reading: Uint8Array): void {
    const at = this.#lastReadingAt(source);
    const used = Math.min(reading.length, LAST_READING_BYTES - 1);
    this.bytes.set(reading.subarray(0, used), at);
    this.bytes.fill(0, at + used, at + LAST_READING_BYTES);
  }

  #lastReadingAt(source: number): number {
    return this.layout.primary + source * primaryState.size + primaryState.at.lastReading;
  }

  unknownSeconds(source: number): number {
    return readUnsigned(this.words, this.#primaryAt(source) + UNKNOWN_SECONDS);
  }

  setUnknownSeconds(source: number, seconds: number): void {
    writeUnsigned(this.words, this.#primaryAt(source) + UNKNOWN_SECONDS, seconds);
  }

  value(source: number): number {
    return this.doubles[this.#primaryAt(source) + PRIMARY_VALUE] as number;
  }

  setValue(source: number, value: number): void {
    writeDouble(this.doubles, this.words, this.#primaryAt(source) + PRIMARY_VALUE, value);
  }

  #primaryAt(source: number): number {
    return this.#primary + source * PRIMARY_WORDS;
  }

  /** Word index of the consolidation state of a data source in an archive. */
  stateAt(archive: number, source: number): number {
    return this.#consolidation + (archive * this.#sources + source) * STATE_WORDS;
  }

  double(index: number): number {
    return this.doubles[index] as number;
  }

  setDouble(index: number, value: number): void {
    writeDouble(this.doubles, this.words, index, value);
  }

  unsigned(index: number): number {
    return readUnsigned(this.words, index);
  }

  setUnsigned(index: number, value: number): void {
    writeUnsigned(this.words, index, value);
  }

  currentRow(archive: number): number {
    return readUnsigned(this.words, this.#rowPointers + archive * POINTER_WORDS);
  }

  setCurrentRow(archive: number, row: number): void {
    writeUnsigned(this.words, this.#rowPointers + archive * POINTER_WORDS, row);
  }

  /** A word index into the ten parameters of an archive. */
  archiveParameterAt(archive: number, parameter: number): number {
    return (
      (this.layout.archives + archive * archiveSection.size + archiveSection.at.parameters) / WORD + parameter
    );
  }

  get version(): string {
    return readText(this.bytes, staticHead.at.version, 5) ?? "";
  }

  /** The part that updates change. */
  get liveBytes(): Uint8Array {
    return this.bytes.subarray(this.layout.live);
  }

  dataSourceIndex(name: string): number {
    return this.dataSources.findIndex((source) => source.name === name);
  }
}

/** Word offsets inside a consolidation state. */
export const stateWord = {
  value: consolidationState.at.value / WORD,
  unknownPoints: consolidationState.at.unknownPoints / WORD,
  /** First of the six words that only forecast archives use. */
  forecast: consolidationState.at.forecastScratch / WORD,
  primary: consolidationState.at.primary / WORD,
  secondary: consolidationState.at.secondary / WORD,
} as const;

/** Byte offset of the expression of a COMPUTE data source. */
export function expressionAt(layout: HeaderLayout, source: number): number {
  return layout.dataSources + source * dataSourceSection.size + dataSourceSection.at.heartbeat;
}
