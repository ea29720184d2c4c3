import { type Header, stateWord } from "./header.ts";
import type { RrdInfo } from "./info.ts";

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
          };
        }),
      };
    }),
  };
}
