import { internalError } from "../base/index.ts";
import { evaluate } from "./compute-expression.ts";
import type { ComputeContext } from "./compute-operations.ts";
import { consolidationRules, isPlainConsolidation } from "./consolidations.ts";
import { dataSourceKinds, isUnknown } from "./data-source-kinds.ts";
import { type FixedDataSource, type Header, stateWord } from "./header.ts";
import type { NumberFault } from "./number-text.ts";

/** Takes the rows that an update completes. */
export interface RowSink {
  /**
   * `count` rows behind row `current`, going round; the first holds each data source's primary value of the archive's
   * state, all others the secondary one.
   */
  writeRows(archive: number, current: number, count: number): void;
}

/** Working space of one file, so that updates allocate nothing. Amounts are rate x seconds. */
export interface Workspace {
  readonly amounts: Float64Array;
  readonly points: Float64Array;
  readonly context: ComputeContext;
}

export function workspaceFor(header: Header, context: ComputeContext): Workspace {
  const count = header.dataSources.length;
  return { amounts: new Float64Array(count), points: new Float64Array(count), context };
}

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

/** Hands the closed points, each standing for `elapsed` steps, to every archive and writes the rows that are complete. */
function consolidate(
  header: Header,
  space: Workspace,
  elapsed: number,
  stepIndex: number,
  rows: RowSink,
): void {
  for (let index = 0; index < header.archives.length; index++) {
    const archive = header.archives[index];
    if (archive === undefined || !isPlainConsolidation(archive.cf))
      throw internalError("an archive that cannot be updated");
    const perRow = archive.pdpPerRow;
    const untilRow = perRow - (stepIndex % perRow);
    const due =
      untilRow <= elapsed ? Math.min(Math.floor((elapsed - untilRow) / perRow) + 1, archive.rows) : 0;
    const rule = consolidationRules[archive.cf];
    for (let source = 0; source < space.points.length; source++) {
      const x = space.points[source] as number;
      const state = header.stateAt(index, source);
      if (perRow === 1) {
        header.setDouble(state + stateWord.primary, x);
        if (elapsed > 1) header.setDouble(state + stateWord.secondary, x);
        continue;
      }
      const value = header.double(state + stateWord.value);
      const unknown = header.unsigned(state + stateWord.unknownPoints);
      if (due === 0) {
        if (Number.isNaN(x)) header.setUnsigned(state + stateWord.unknownPoints, unknown + elapsed);
        else
          header.setDouble(
            state + stateWord.value,
            Number.isNaN(value) ? rule.first(x, elapsed) : rule.add(value, x, elapsed),
          );
        continue;
      }
      const unknownInRow = Number.isNaN(x) ? unknown + untilRow : unknown;
      header.setDouble(state + stateWord.secondary, x);
      header.setDouble(
        state + stateWord.primary,
        unknownInRow > perRow * archive.xff
          ? Number.NaN
          : rule.finish(value, x, untilRow, perRow - unknownInRow),
      );
      const left = (elapsed - untilRow) % perRow;
      header.setDouble(
        state + stateWord.value,
        left === 0 || Number.isNaN(x) ? rule.empty : rule.first(x, left),
      );
      header.setUnsigned(state + stateWord.unknownPoints, Number.isNaN(x) ? left : 0);
    }
    if (due > 0) {
      const current = header.currentRow(index);
      rows.writeRows(index, current, due);
      header.setCurrentRow(index, (current + due) % archive.rows);
    }
  }
}
