import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ManualClock, unwrap } from "../../src/base/index.ts";
import { createRrd, openRrd, parseCreateArguments, type RrdFile } from "../../src/rrd/index.ts";

/** Known answers recorded from rrdtool; another file of the same format can be named. */
const file = process.env.RRD_VECTORS ?? new URL("../fixtures/rrd-vectors.json", import.meta.url).pathname;

type Value = number | null | string;

interface Vector {
  readonly name: string;
  readonly tz: string;
  readonly now: number;
  readonly create: readonly string[];
  /** The path given to `create`, which goes into forecasts. */
  readonly create_name?: string;
  readonly start_rows?: readonly number[];
  readonly updates: readonly (string | UpdateCall)[];
  readonly fetches: readonly FetchCall[];
  readonly lastupdate: number;
  readonly lastupdate_usec: number;
  readonly info: InfoAnswer;
  readonly file?: { readonly size: number; readonly sha256: string; readonly header_b64?: string };
}

interface UpdateCall {
  readonly args: readonly string[];
  readonly template?: string;
  readonly skip_past?: boolean;
  readonly now?: number;
  readonly error?: string;
}

interface FetchCall {
  readonly args: readonly string[];
  readonly error?: string;
  readonly start: number;
  readonly end: number;
  readonly step: number;
  readonly ds: readonly string[];
  readonly rows: readonly (readonly [number, ...Value[]])[];
}

interface InfoAnswer {
  readonly rrd_version: string;
  readonly step: number;
  readonly header_size: number;
  readonly cur_rows: readonly number[];
  readonly ds: readonly Record<string, Value>[];
  readonly rra: readonly {
    readonly cf: string;
    readonly rows: number;
    readonly pdp_per_row: number;
    readonly xff?: number;
    readonly cdp: readonly Record<string, Value>[];
  }[];
}

const number = (value: Value | undefined): number =>
  value === null || value === undefined ? Number.NaN : Number(value);

let folder: string;
const zone = process.env.TZ;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "rrd-vectors-"));
});
afterAll(() => {
  if (zone === undefined) delete process.env.TZ;
  else process.env.TZ = zone;
  rmSync(folder, { recursive: true });
});

describe("RRD files are what rrdtool makes of the same commands", () => {
  const vectors = JSON.parse(readFileSync(file, "utf8")) as Vector[];
  for (const vector of vectors) {
    test(vector.name, () => play(vector));
  }
});

function play(vector: Vector): void {
  process.env.TZ = vector.tz;
  const clock = new ManualClock(vector.now * 1000);
  const path = join(folder, `${vector.name}.rrd`);
  const { definition } = unwrap(parseCreateArguments(vector.create, vector.now));
  const { start_rows: startRows, create_name: smoothingName } = vector;
  unwrap(createRrd(path, definition, { startRows, smoothingName, durable: false }));
  const rrd = unwrap(openRrd(path, { mode: "write", clock, farthestAhead: Number.POSITIVE_INFINITY }));
  for (const update of vector.updates) applyUpdate(rrd, clock, vector, update);
  compareInfo(rrd, vector);
  for (const call of vector.fetches) compareFetch(rrd, call);
  rrd.close();
  const reader = unwrap(openRrd(path, { mode: "read", clock: new ManualClock(vector.now * 1000) }));
  for (const call of vector.fetches) compareFetch(reader, call);
  reader.close();
  compareFile(path, vector);
}

function applyUpdate(rrd: RrdFile, clock: ManualClock, vector: Vector, update: string | UpdateCall): void {
  const call: UpdateCall = typeof update === "string" ? { args: [update] } : update;
  clock.jumpWall((call.now ?? vector.now) * 1000 - clock.wall());
  const result = rrd.updateArguments(call.args, { template: call.template, skipPastUpdates: call.skip_past });
  clock.jumpWall(vector.now * 1000 - clock.wall());
  const message = result.ok ? undefined : result.problems[0]?.message.replace(rrd.path, "FILE");
  expect({ update: call.args, error: message }).toEqual({ update: call.args, error: call.error });
}

function compareFetch(rrd: RrdFile, call: FetchCall): void {
  const fetched = rrd.fetchArguments(call.args);
  if (call.error !== undefined) {
    expect(fetched.ok ? undefined : fetched.problems[0]?.message).toBe(call.error);
    return;
  }
  const { start, end, step, names, columns } = unwrap(fetched);
  expect({ args: call.args, start, end, step, names }).toEqual({
    args: call.args,
    start: call.start,
    end: call.end,
    step: call.step,
    names: call.ds,
  });
  const rows = Array.from(columns[0] ?? [], (_, k) => [
    start + (k + 1) * step,
    ...columns.map((column) => column[k]),
  ]);
  // toEqual tells -0 from 0 and takes NaN as equal to NaN: bit for bit.
  expect(rows).toEqual(call.rows.map((row) => row.map(number)));
}

function compareInfo(rrd: RrdFile, vector: Vector): void {
  const info = rrd.info();
  const answer = vector.info;
  expect({ seconds: info.lastUpdate, microseconds: info.lastUpdateMicroseconds }).toEqual({
    seconds: vector.lastupdate,
    microseconds: vector.lastupdate_usec,
  });
  expect(info.version).toBe(answer.rrd_version);
  expect(info.step).toBe(answer.step);
  expect(info.headerSize).toBe(answer.header_size);
  expect(info.archives.map(({ currentRow }) => currentRow)).toEqual(answer.cur_rows);
  expect(
    info.dataSources.map((source) => [
      source.name,
      source.type,
      source.lastReading,
      source.value,
      source.unknownSeconds,
      ...(source.type === "COMPUTE" ? [] : [source.heartbeat, source.min, source.max]),
    ]),
  ).toEqual(
    answer.ds.map((source) => [
      source.name,
      source.type,
      source.last_ds,
      number(source.value),
      source.unknown_sec,
      ...(source.type === "COMPUTE"
        ? []
        : [source.minimal_heartbeat, number(source.min), number(source.max)]),
    ]),
  );
  expect(
    info.archives.map(({ cf, rows, pdpPerRow, xff, consolidation }) => ({
      cf,
      rows,
      pdpPerRow,
      xff,
      states: consolidation.map(({ value, unknownPoints, primary, secondary }) =>
        Number.isNaN(xff) ? [primary, secondary] : [primary, secondary, value, unknownPoints],
      ),
    })),
  ).toEqual(
    answer.rra.map(({ cf, rows, pdp_per_row, xff, cdp }) => ({
      cf,
      rows,
      pdpPerRow: pdp_per_row,
      xff: number(xff),
      // All words of forecast archives are compared with the whole file.
      states: cdp.map((state) =>
        [
          state.primary,
          state.secondary,
          ...(xff === undefined ? [] : [state.value, state.unknown_datapoints]),
        ].map(number),
      ),
    })),
  );
}

/**
 * ABS gives unknowns another sign bit in C, which JavaScript cannot tell; transcendental functions may differ in the
 * last bit. Rows and header fields are compared all the same.
 */
function hasOwnBits(vector: Vector): boolean {
  return vector.create.some((word) => /^DS:[^:]+:COMPUTE:.*\b(ABS|SIN|COS|LOG|EXP|POW|ATAN2?)\b/.test(word));
}

function compareFile(path: string, vector: Vector): void {
  if (vector.file === undefined || vector.start_rows === undefined || hasOwnBits(vector)) return;
  const bytes = readFileSync(path);
  expect(bytes.length).toBe(vector.file.size);
  if (vector.file.header_b64 !== undefined) {
    const header = Buffer.from(vector.file.header_b64, "base64");
    expect(bytes.subarray(0, header.length).toString("hex")).toBe(header.toString("hex"));
  }
  expect(createHash("sha256").update(bytes).digest("hex")).toBe(vector.file.sha256);
}
