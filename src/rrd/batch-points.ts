import { MOST_READINGS } from "./batch-text.ts";
import type { Header } from "./header.ts";
import { quotient } from "./whole-division.ts";
import { isKnown } from "./words.ts";

// Shared by all files: what is in here never outlives the call that put it there.
const points = new Float64Array(MOST_READINGS);

/**
 * The primary data points of updates that follow each other closely: with at most one step boundary between two of them,
 * `advance` comes down to this. Between `begin` and `end` the header lags behind.
 */
export class BatchPoints {
  readonly #header: Header;
  readonly #step: number;
  // One per data source, as in the header.
  readonly #values: Float64Array;
  readonly #unknownSeconds: Float64Array;
  /** One row of data sources per closed step. */
  readonly points = points;
  /** Steps closed since `begin`. */
  count = 0;
  /** Number of the step that was open at `begin`, counted from the epoch. */
  firstStep = 0;
  /** Of the last update; epoch seconds. */
  seconds = 0;
  microseconds = 0;
  /** Where the step behind the open one begins; epoch seconds. */
  #nextBegin = 0;

  constructor(header: Header) {
    this.#header = header;
    this.#step = header.step;
    this.#values = new Float64Array(header.dataSources.length);
    this.#unknownSeconds = new Float64Array(header.dataSources.length);
  }

  begin(): void {
    const header = this.#header;
    this.seconds = header.lastUpdate;
    this.microseconds = header.microseconds;
    this.count = 0;
    this.firstStep = quotient(this.seconds, this.#step);
    this.#nextBegin = (this.firstStep + 1) * this.#step;
    for (let source = 0; source < this.#values.length; source++) {
      this.#values[source] = header.value(source);
      this.#unknownSeconds[source] = header.unknownSeconds(source);
    }
  }

  /** False when an update at this time would cross more than one step boundary. */
  reaches(seconds: number): boolean {
    return seconds < this.#nextBegin + this.#step;
  }

  /** Amounts of `interval` seconds, none of which is beyond a heartbeat. */
  take(seconds: number, microseconds: number, interval: number, amounts: Float64Array): void {
    if (seconds < this.#nextBegin) this.#gather(interval, amounts);
    else {
      const begin = this.#nextBegin;
      const before = begin - this.seconds - this.microseconds / 1e6;
      const after = seconds - begin + microseconds / 1e6;
      this.#close(interval, before, after, amounts);
      this.#nextBegin = begin + this.#step;
    }
    this.seconds = seconds;
    this.microseconds = microseconds;
  }

  #gather(interval: number, amounts: Float64Array): void {
    const values = this.#values;
    const unknownSeconds = this.#unknownSeconds;
    for (let source = 0; source < values.length; source++) {
      const amount = amounts[source] as number;
      const value = values[source] as number;
      if (isKnown(amount)) values[source] = isKnown(value) ? value + amount : amount;
      else unknownSeconds[source] = (unknownSeconds[source] as number) + Math.floor(interval);
    }
  }

  #close(interval: number, before: number, after: number, amounts: Float64Array): void {
    const step = this.#step;
    const values = this.#values;
    const unknownSeconds = this.#unknownSeconds;
    let at = this.count * values.length;
    for (let source = 0; source < values.length; source++, at++) {
      const amount = amounts[source] as number;
      const known = isKnown(amount);
      let value = values[source] as number;
      if (known) value = (isKnown(value) ? value : 0) + (amount / interval) * before;
      const unknown = unknownSeconds[source] as number;
      points[at] = step / 2 < unknown ? Number.NaN : value / (step - unknown - (known ? 0 : before));
      unknownSeconds[source] = known ? 0 : Math.floor(after);
      values[source] = known ? (amount / interval) * after : Number.NaN;
    }
    this.count++;
  }

  end(): void {
    const header = this.#header;
    header.setLastUpdate(this.seconds, this.microseconds);
    for (let source = 0; source < this.#values.length; source++) {
      header.setValue(source, this.#values[source] as number);
      header.setUnknownSeconds(source, this.#unknownSeconds[source] as number);
    }
  }
}
