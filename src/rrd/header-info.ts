import { forecastWord, historyAt } from "./forecast-state.ts";
import { type FixedArchive, type Header, stateWord } from "./header.ts";
import type { ForecastState, RrdInfo } from "./info.ts";

/** A header as plain data. */
export function infoOf(header: Header, file: string): RrdInfo {
  const { lastUpdate, step } = header;
  return {
    file,
    version: header.version,
    step,
    lastUpdate,
    lastUpdateMicroseconds: header.microseconds,
    headerSize: header.layout.size,
    dataSources: header.dataSources.map((source, index) => ({
      ...source,
      expression: source.expression?.text,
      lastReading: header.lastReading(index),
      value: header.value(index),
      unknownSeconds: header.unknownSeconds(index),
    })),
    archives: header.archives.map((archive, index) => {
      const secondsPerRow = archive.pdpPerRow * step;
      const newest = lastUpdate - (lastUpdate % secondsPerRow);
      return {
        cf: archive.cf,
        rows: archive.rows,
        pdpPerRow: archive.pdpPerRow,
        currentRow: header.currentRow(index),
        xff: archive.xff,
        forecast: archive.forecast,
        secondsPerRow,
        newest,
        oldest: newest - (archive.rows - 1) * secondsPerRow,
        consolidation: header.dataSources.map((_, source) => {
          const state = header.stateAt(index, source);
          return {
            value: header.double(state + stateWord.value),
            unknownPoints: header.unsigned(state + stateWord.unknownPoints),
            primary: header.double(state + stateWord.primary),
            secondary: header.double(state + stateWord.secondary),
            forecast: forecastState(header, archive, index, source),
          };
        }),
      };
    }),
  };
}

function forecastState(
  header: Header,
  { forecast }: FixedArchive,
  archive: number,
  source: number,
): ForecastState | undefined {
  const state = header.stateAt(archive, source);
  const double = (word: keyof typeof forecastWord) => header.double(state + forecastWord[word]);
  const count = (word: keyof typeof forecastWord) => header.unsigned(state + forecastWord[word]);
  switch (forecast?.kind) {
    case "prediction":
      return {
        kind: "prediction",
        intercept: double("intercept"),
        lastIntercept: double("lastIntercept"),
        slope: double("slope"),
        lastSlope: double("lastSlope"),
        nullCount: count("nullCount"),
        lastNullCount: count("lastNullCount"),
      };
    case "season":
    case "season of deviations":
      return {
        kind: "season",
        season: double("season"),
        lastSeason: double("lastSeason"),
        rounds: count("rounds"),
      };
    case "failures": {
      const at = historyAt(header, archive, source);
      return { kind: "failures", history: Array.from(header.bytes.subarray(at, at + forecast.window)) };
    }
    case "deviation":
    case undefined:
      return undefined;
  }
}
