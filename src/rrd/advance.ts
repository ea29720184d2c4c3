import { internalError } from "../base/index.ts";
import { evaluate } from "./compute-expression.ts";
import { consolidate } from "./consolidate.ts";
import { dataSourceKinds, isUnknown } from "./data-source-kinds.ts";
import type { FixedDataSource, Header } from "./header.ts";
import type { NumberFault } from "./number-text.ts";
import { quotient } from "./whole-division.ts";
import { isKnown } from "./words.ts";
import type { RowSink, Workspace } from "./workspace.ts";

/**
 * Turns the readings of one update into amounts and keeps their texts, data source by data source: when one is refused,
 * those before it are already kept, exactly as rrdtool leaves them. `interval`: seconds since the last update.
 */
export function takeReadings(
  header: Header,
  space: Workspace,
  readings: readonly string[],
  interval: number,
): NumberFault | undefined {
  const { dataSources } = header;
  for (let source = 0; source < dataSources.length; source++) {
    const fixed = dataSources[source];
    const reading = readings[source];
    if (fixed === undefined || reading === undefined) throw internalError("a reading is missing");
    const silent = fixed.heartbeat < interval;
    if (silent) header.setLastReading(source, "U");
    let amount = Number.NaN;
    if (!silent && !isUnknown(reading) && fixed.type !== "COMPUTE") {
      const kind = dataSourceKinds[fixed.type];
      const read = kind.read(reading, kind.isRate ? "" : header.lastReading(source));
      if (typeof read !== "number") return read;
      const rate = kind.isRate ? read : read / interval;
      amount = kind.isRate ? read * interval : read;
      if (rate > fixed.max || rate < fixed.min) amount = Number.NaN;
    }
    space.amounts[source] = amount;
    header.setLastReading(source, reading);
  }
  return undefined;
}

/** Moves the header from its last update to the given time, with the amounts in the workspace. */
export function advance(
  header: Header,
  space: Workspace,
  seconds: number,
  microseconds: number,
  interval: number,
  rows: RowSink,
): void {
  const { step } = header;
  const last = header.lastUpdate;
  const stepIndex = quotient(last, step);
  const newIndex = quotient(seconds, step);
  const elapsed = newIndex - stepIndex;
  if (elapsed <= 0) gather(header, space, interval);
  else {
    const newBegin = newIndex * step;
    const before = newBegin - last - header.microseconds / 1e6;
    const after = seconds - newBegin + microseconds / 1e6;
    crossSteps(header, space, elapsed, stepIndex, interval, before, after, rows);
  }
  header.setLastUpdate(seconds, microseconds);
}

/** Still inside the same step. */
function gather(header: Header, space: Workspace, interval: number): void {
  for (let source = 0; source < space.amounts.length; source++) {
    const amount = space.amounts[source] as number;
    if (isKnown(amount)) {
      const value = header.value(source);
      header.setValue(source, isKnown(value) ? value + amount : amount);
    } else header.setUnknownSeconds(source, header.unknownSeconds(source) + Math.floor(interval));
  }
}

/**
 * `elapsed`: step boundaries crossed, at least 1; `stepIndex`: number of the open step, counted from the epoch;
 * `interval`: seconds since the last update, of which `before` lie before the newest boundary and `after` behind it.
 */
function crossSteps(
  header: Header,
  space: Workspace,
  elapsed: number,
  stepIndex: number,
  interval: number,
  before: number,
  after: number,
  rows: RowSink,
): void {
  const open = elapsed > 1 ? Math.trunc(before) % header.step : 0;
  if (open === 0) {
    closePoints(header, space, space.amounts, elapsed, interval, before, after);
    consolidate(header, space, elapsed, stepIndex, rows);
    return;
  }
  // The update began inside a step and crosses several: that step gets its own share first.
  for (let source = 0; source < space.amounts.length; source++) {
    const amount = space.amounts[source] as number;
    const part = (amount * open) / interval;
    space.parts[source] = part;
    space.amounts[source] = amount - part;
  }
  closePoints(header, space, space.parts, 1, open, open, 0);
  consolidate(header, space, 1, stepIndex, rows);
  closePoints(header, space, space.amounts, elapsed - 1, interval - open, before - open, after);
  consolidate(header, space, elapsed - 1, stepIndex + 1, rows);
}

/** Closes the primary data points; the order of the operations decides the last bit. */
function closePoints(
  header: Header,
  space: Workspace,
  amounts: Float64Array,
  elapsed: number,
  interval: number,
  before: number,
  after: number,
): void {
  const { step } = header;
  for (let source = 0; source < amounts.length; source++) {
    const amount = amounts[source] as number;
    const known = isKnown(amount);
    const unknownSeconds = header.unknownSeconds(source);
    let value = header.value(source);
    let unknownTail = 0;
    if (known) value = (isKnown(value) ? value : 0) + (amount / interval) * before;
    else unknownTail = before;
    const fixed = header.dataSources[source] as FixedDataSource;
    if (fixed.expression !== undefined)
      space.points[source] = evaluate(fixed.expression, space.points, space.context);
    else
      space.points[source] =
        interval > fixed.heartbeat || step / 2 < unknownSeconds
          ? Number.NaN
          : value / (elapsed * step - unknownSeconds - unknownTail);
    header.setUnknownSeconds(source, known ? 0 : Math.floor(after));
    header.setValue(source, known ? (amount / interval) * after : Number.NaN);
  }
}
