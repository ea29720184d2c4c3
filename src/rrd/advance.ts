import { internalError } from "../base/index.ts";
import { evaluate } from "./compute-expression.ts";
import { consolidate } from "./consolidate.ts";
import { dataSourceKinds, isUnknown } from "./data-source-kinds.ts";
import type { FixedDataSource, Header } from "./header.ts";
import type { NumberFault } from "./number-text.ts";
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
  const stepBegin = last - (last % step);
  const newBegin = seconds - (seconds % step);
  const elapsed = newBegin > stepBegin ? (newBegin - stepBegin) / step : 0;
  if (elapsed === 0) gather(header, space, interval);
  else {
    const before = newBegin - last - header.microseconds / 1e6;
    const after = seconds - newBegin + microseconds / 1e6;
    crossSteps(header, space, { elapsed, stepIndex: stepBegin / step, interval, before, after }, rows);
  }
  header.setLastUpdate(seconds, microseconds);
}

/** Still inside the same step. */
function gather(header: Header, space: Workspace, interval: number): void {
  for (let source = 0; source < space.amounts.length; source++) {
    const amount = space.amounts[source] as number;
    if (Number.isNaN(amount))
      header.setUnknownSeconds(source, header.unknownSeconds(source) + Math.floor(interval));
    else {
      const value = header.value(source);
      header.setValue(source, Number.isNaN(value) ? amount : value + amount);
    }
  }
}

interface Crossing {
  /** Step boundaries crossed, at least 1. */
  readonly elapsed: number;
  /** Number of the open step, counted from the epoch. */
  readonly stepIndex: number;
  /** Seconds since the last update, of which `before` lie before the newest boundary and `after` behind it. */
  readonly interval: number;
  readonly before: number;
  readonly after: number;
}

function crossSteps(header: Header, space: Workspace, crossing: Crossing, rows: RowSink): void {
  let { elapsed, stepIndex, interval, before } = crossing;
  const open = elapsed > 1 ? Math.trunc(before) % header.step : 0;
  if (open > 0) {
    // The update began inside a step and crosses several: that step gets its own share first.
    for (let source = 0; source < space.amounts.length; source++) {
      const amount = space.amounts[source] as number;
      const part = (amount * open) / interval;
      space.amounts[source] = amount - part;
      closePoint(header, space, source, part, { elapsed: 1, interval: open, before: open, after: 0 });
    }
    consolidate(header, space, 1, stepIndex, rows);
    interval -= open;
    before -= open;
    elapsed--;
    stepIndex++;
  }
  for (let source = 0; source < space.amounts.length; source++) {
    const amount = space.amounts[source] as number;
    closePoint(header, space, source, amount, { elapsed, interval, before, after: crossing.after });
  }
  consolidate(header, space, elapsed, stepIndex, rows);
}

/** Closes the primary data point; the order of the operations decides the last bit. */
function closePoint(
  header: Header,
  space: Workspace,
  source: number,
  amount: number,
  crossing: Omit<Crossing, "stepIndex">,
): void {
  const { elapsed, interval, before, after } = crossing;
  const unknownSeconds = header.unknownSeconds(source);
  let value = header.value(source);
  let unknownTail = 0;
  if (Number.isNaN(amount)) unknownTail = before;
  else value = (Number.isNaN(value) ? 0 : value) + (amount / interval) * before;
  const fixed = header.dataSources[source] as FixedDataSource;
  if (fixed.expression !== undefined)
    space.points[source] = evaluate(fixed.expression, space.points, space.context);
  else
    space.points[source] =
      interval > fixed.heartbeat || header.step / 2 < unknownSeconds
        ? Number.NaN
        : value / (elapsed * header.step - unknownSeconds - unknownTail);
  if (Number.isNaN(amount)) {
    header.setUnknownSeconds(source, Math.floor(after));
    header.setValue(source, Number.NaN);
  } else {
    header.setUnknownSeconds(source, 0);
    header.setValue(source, (amount / interval) * after);
  }
}
