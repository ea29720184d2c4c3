import { advance } from "./advance.ts";
import { BatchPoints } from "./batch-points.ts";
import { type BatchText, batchText } from "./batch-text.ts";
import { consolidateBatch } from "./consolidate-batch.ts";
import { isUnknown, wrapped } from "./data-source-kinds.ts";
import type { DataSourceType } from "./definition.ts";
import type { Header } from "./header.ts";
import type { Horizon } from "./horizon.ts";
import { NumberBytes } from "./number-bytes.ts";
import type { RowWriter } from "./row-writer.ts";
import { splitSeconds } from "./update-argument.ts";
import type { Workspace } from "./workspace.ts";

const COLON = 0x3a;
const UNKNOWN = 0x55;
/** Differences of counters with at most so many digits are exact in doubles. */
const MOST_EXACT_DIGITS = 15;
/** Values that at most wait to be written before it is looked whether it is time to. */
const MOST_VALUES = 8192;
/** A stored reading of a counter that takes the exact way to be compared with. */
const ODD = -1;

const kinds: Partial<Record<DataSourceType, number>> = { GAUGE: 0, ABSOLUTE: 1, COUNTER: 2, DERIVE: 3 };
const GAUGE = 0;
const ABSOLUTE = 1;
const COUNTER = 2;

/** False for files with data sources that only the general way knows. */
export function knowsBatches({ dataSources }: Header): boolean {
  return dataSources.every(({ type }) => kinds[type] !== undefined);
}

/**
 * Everyday arguments of a long list, read straight from their bytes: with a text, an object and a result for each part of
 * each argument, a batch would spend most of its time on those. Whatever is out of the ordinary is handed over to the
 * general way, untouched: faults, times other than plain numbers, late ones and those too far ahead, silence beyond the
 * heartbeat, readings with exponents, infinite ones, counters of more than 15 digits or below zero.
 */
export class BatchUpdates {
  readonly #header: Header;
  readonly #space: Workspace;
  readonly #horizon: Horizon;
  readonly #writer: RowWriter;
  readonly #points: BatchPoints;
  // One per data source.
  readonly #kinds: Uint8Array;
  readonly #heartbeats: Float64Array;
  readonly #min: Float64Array;
  readonly #max: Float64Array;
  /** Of counters: the reading before, NaN = unknown. */
  readonly #previous: Float64Array;
  readonly #current: Float64Array;
  readonly #counts: boolean;
  /** Points that are gathered before their rows are handed on. */
  readonly #mostPoints: number;
  #texts: readonly string[] = [];
  #block: BatchText | undefined;
  /** Index of the block's first text. */
  #blockFrom = 0;
  readonly #numbers = new NumberBytes();

  /** `header`: one that `knowsBatches`. */
  constructor(header: Header, space: Workspace, horizon: Horizon, writer: RowWriter) {
    const { dataSources } = header;
    this.#header = header;
    this.#space = space;
    this.#horizon = horizon;
    this.#writer = writer;
    this.#points = new BatchPoints(header);
    this.#kinds = Uint8Array.from(dataSources, ({ type }) => kinds[type] ?? GAUGE);
    this.#heartbeats = Float64Array.from(dataSources, ({ heartbeat }) => heartbeat);
    this.#min = Float64Array.from(dataSources, ({ min }) => min);
    this.#max = Float64Array.from(dataSources, ({ max }) => max);
    this.#previous = new Float64Array(dataSources.length);
    this.#current = new Float64Array(dataSources.length);
    this.#mostPoints = Math.ceil(MOST_VALUES / (dataSources.length * header.archives.length));
    this.#counts = this.#kinds.some((kind) => kind >= COUNTER);
  }

  /** A new list of arguments, without a template. */
  begin(texts: readonly string[]): void {
    this.#texts = texts;
    this.#block = undefined;
  }

  /**
   * Stores the arguments from `from` on up to the next one that is out of the ordinary, and returns its index. What a
   * write throws is thrown; then everything since the last commit is to be taken back.
   */
  store(from: number): number {
    let next = from;
    while (next < this.#texts.length) {
      const block = this.#blockAt(next);
      const end = this.#blockFrom + block.count;
      if (!block.plain || next === end) return next;
      const odd = this.#storeOf(block, next, end);
      if (odd < end) return odd;
      next = end;
    }
    return next;
  }

  #blockAt(index: number): BatchText {
    const known = this.#block;
    if (known !== undefined && index < this.#blockFrom + known.count) return known;
    const block = batchText(this.#texts, index);
    this.#block = block;
    this.#blockFrom = index;
    return block;
  }

  #storeOf(block: BatchText, from: number, to: number): number {
    const { bytes, starts } = block;
    if (this.#counts) this.#readPrevious();
    this.#numbers.use(bytes);
    this.#points.begin();
    let index = from;
    for (; index < to; index++) {
      const at = index - this.#blockFrom;
      if (!this.#take(bytes, starts[at] as number, starts[at + 1] as number)) break;
      if (this.#points.count === this.#mostPoints) {
        this.#settle(block, at);
        this.#points.begin();
      }
    }
    if (index > from) this.#settle(block, index - 1 - this.#blockFrom);
    return index;
  }

  /** Brings the header up to date with all arguments of the block up to this one. */
  #settle(block: BatchText, index: number): void {
    this.#points.end();
    this.#consolidate();
    this.#keepReadings(block, index);
    if (this.#writer.full) this.#writer.commit();
  }

  /** False, with nothing changed, for what is out of the ordinary. */
  #take(bytes: Uint8Array, begin: number, end: number): boolean {
    const numbers = this.#numbers;
    const points = this.#points;
    numbers.at = begin;
    if (!numbers.read(end)) return false;
    const time = numbers.value[0] as number;
    if (time < 0 || time > Number.MAX_SAFE_INTEGER) return false;
    const seconds = Math.floor(time);
    const microseconds =
      seconds === time || this.#header.formatVersion < 3 ? 0 : splitSeconds(time).microseconds;
    const last = points.seconds;
    if (seconds < last || (seconds === last && microseconds <= points.microseconds)) return false;
    if (this.#horizon.exceededBy(seconds) !== undefined) return false;
    const fraction = microseconds - points.microseconds;
    const interval = fraction === 0 ? seconds - last : seconds - last + fraction / 1e6;
    const { amounts } = this.#space;
    const sources = amounts.length;
    for (let source = 0; source < sources; source++) {
      if (numbers.at >= end || bytes[numbers.at] !== COLON) return false;
      numbers.at++;
      if ((this.#heartbeats[source] as number) < interval) return false;
      if (numbers.at < end && bytes[numbers.at] === UNKNOWN) {
        numbers.at++;
        amounts[source] = Number.NaN;
        this.#current[source] = Number.NaN;
        continue;
      }
      if (!numbers.read(end)) return false;
      const number = numbers.value[0] as number;
      const kind = this.#kinds[source] as number;
      let amount = number;
      let rate = number;
      if (kind === GAUGE) amount = number * interval;
      else {
        if (kind !== ABSOLUTE) {
          if (!this.#count(source, number)) return false;
          amount = this.#difference(source);
        }
        rate = amount / interval;
      }
      const outside = rate > (this.#max[source] as number) || rate < (this.#min[source] as number);
      amounts[source] = outside ? Number.NaN : amount;
    }
    if (numbers.at !== end) return false;
    if (this.#counts) this.#previous.set(this.#current);
    if (points.reaches(seconds)) points.take(seconds, microseconds, interval, this.#space.amounts);
    else {
      points.end();
      this.#consolidate();
      advance(this.#header, this.#space, seconds, microseconds, interval, this.#writer);
      points.begin();
    }
    return true;
  }

  #consolidate(): void {
    const { points, count, firstStep } = this.#points;
    if (count > 0) consolidateBatch(this.#header, this.#space, points, count, firstStep, this.#writer);
  }

  /** Takes a counter's reading; false when it has to be compared in the exact way. */
  #count(source: number, number: number): boolean {
    const digits = this.#numbers.wholeDigits;
    if (digits === 0 || digits > MOST_EXACT_DIGITS || this.#previous[source] === ODD) return false;
    this.#current[source] = number;
    return true;
  }

  #difference(source: number): number {
    const difference = (this.#current[source] as number) - (this.#previous[source] as number);
    return this.#kinds[source] === COUNTER ? wrapped(difference) : difference;
  }

  #readPrevious(): void {
    for (let source = 0; source < this.#previous.length; source++) {
      const text = this.#header.lastReading(source);
      this.#previous[source] = isUnknown(text) ? Number.NaN : /^\d{1,15}$/.test(text) ? Number(text) : ODD;
    }
  }

  /** Of all the arguments stored only the last one's readings are seen in the file. */
  #keepReadings({ bytes, starts }: BatchText, index: number): void {
    const end = starts[index + 1] as number;
    let from = bytes.indexOf(COLON, starts[index]) + 1;
    for (let source = 0; source < this.#kinds.length; source++) {
      const colon = bytes.indexOf(COLON, from);
      const to = colon < 0 || colon > end ? end : colon;
      this.#header.setLastReadingBytes(source, bytes.subarray(from, to));
      from = to + 1;
    }
  }
}
