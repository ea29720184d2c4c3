import fc from "fast-check";
import type { ArchiveDefinition, DataSourceDefinition, RrdDefinition } from "../../src/rrd/index.ts";

/** Definitions and updates at random, made to run into every rule: short heartbeats, gaps, limits, bad readings. */
export const START = 1_600_000_000;

const dataSource: fc.Arbitrary<Omit<DataSourceDefinition, "name">> = fc.record({
  type: fc.constantFrom("GAUGE", "COUNTER", "DERIVE", "ABSOLUTE", "DCOUNTER", "DDERIVE"),
  heartbeat: fc.integer({ min: 1, max: 120 }),
  min: fc.option(fc.integer({ min: -20, max: 10 }), { nil: undefined }),
  max: fc.option(fc.integer({ min: 11, max: 2000 }), { nil: undefined }),
});

const archive: fc.Arbitrary<ArchiveDefinition> = fc.record({
  cf: fc.constantFrom("AVERAGE", "MIN", "MAX", "LAST"),
  xff: fc.constantFrom(0, 0.25, 0.5, 0.9),
  pdpPerRow: fc.integer({ min: 1, max: 7 }),
  rows: fc.integer({ min: 1, max: 12 }),
});

export const definitions: fc.Arbitrary<RrdDefinition> = fc.record({
  step: fc.integer({ min: 1, max: 20 }),
  start: fc.integer({ min: START, max: START + 100 }),
  dataSources: fc
    .array(dataSource, { minLength: 1, maxLength: 4 })
    .map((sources) => sources.map((source, index) => ({ name: `s${index}`, ...source }))),
  archives: fc.array(archive, { minLength: 1, maxLength: 4 }),
});

export const gaps = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: 1, max: 30 }).map(String) },
  { weight: 2, arbitrary: fc.integer({ min: 1, max: 30_000_000 }).map((micro) => (micro / 1e6).toFixed(6)) },
  { weight: 1, arbitrary: fc.integer({ min: 31, max: 900 }).map(String) },
);

export const goodReadings = fc.oneof(
  { weight: 8, arbitrary: fc.nat({ max: 5000 }).map(String) },
  { weight: 2, arbitrary: fc.constant("U") },
  { weight: 1, arbitrary: fc.bigInt({ min: 0n, max: 2n ** 64n }).map(String) },
);

export const readings = fc.oneof(
  { weight: 20, arbitrary: goodReadings },
  {
    weight: 2,
    arbitrary: fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e6, max: 1e6 }).map(String),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom("-0", "0", "-7", "-15", "1e3", "nan", "inf", "-inf", "", "1x", "0.30"),
  },
);

export function createWords(definition: RrdDefinition): string[] {
  return [
    "-s",
    String(definition.step),
    "-b",
    String(definition.start),
    ...definition.dataSources.map((source) =>
      source.type === "COMPUTE"
        ? `DS:${source.name}:COMPUTE:${source.expression}`
        : `DS:${source.name}:${source.type}:${source.heartbeat}:${source.min ?? "U"}:${source.max ?? "U"}`,
    ),
    ...definition.archives.map((archive) => {
      if (!("xff" in archive)) throw new Error("a forecast");
      return `RRA:${archive.cf}:${archive.xff}:${archive.pdpPerRow}:${archive.rows}`;
    }),
  ];
}
