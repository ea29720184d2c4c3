import { internalError } from "../base/index.ts";
import { encodeExpression, parseExpression } from "./compute-expression.ts";
import { dataSourceKinds } from "./data-source-kinds.ts";
import type { RrdDefinition } from "./definition.ts";
import { DEFAULT_SMOOTHING, readForecast, writeForecast } from "./forecast-parameters.ts";
import { startForecast } from "./forecast-state.ts";
import { expressionAt, type FixedArchive, Header, stateWord } from "./header.ts";
import {
  archiveSection,
  COOKIE,
  dataSourceSection,
  FLOAT_COOKIE,
  headerLayout,
  NAME_BYTES,
  staticHead,
} from "./layout.ts";
import { readUnsigned, writeDouble, writeText, writeUnsigned } from "./words.ts";

/** The version a file needs so that older programs do not misread what is in it. */
export function formatVersionFor(definition: RrdDefinition): number {
  return Math.max(
    definition.formatVersion ?? 3,
    ...definition.dataSources.map((source) => dataSourceKinds[source.type].formatVersion),
    ...definition.archives.map(archiveVersion),
  );
}

function archiveVersion(archive: RrdDefinition["archives"][number]): number {
  if (archive.cf === "MHWPREDICT") return 4;
  const seasonal = archive.cf === "SEASONAL" || archive.cf === "DEVSEASONAL";
  // rrdtool's own seasons say 0 in files of version 3, where nobody looks at it.
  return seasonal && ![0, DEFAULT_SMOOTHING].includes(archive.smoothingWindow ?? DEFAULT_SMOOTHING) ? 4 : 3;
}

/** Bytes of header and rows. */
export function fileSizeFor(definition: RrdDefinition): number {
  const sources = definition.dataSources.length;
  const layout = headerLayout(sources, definition.archives.length, formatVersionFor(definition));
  return layout.size + definition.archives.reduce((bytes, archive) => bytes + archive.rows * sources * 8, 0);
}

/** The header of a new file; the definition is checked already. `name`: of the file, as forecasts take it in. */
export function newHeader(definition: RrdDefinition, startRows: readonly number[], name: string): Header {
  const { step, start } = definition;
  const formatVersion = formatVersionFor(definition);
  const layout = headerLayout(definition.dataSources.length, definition.archives.length, formatVersion);
  const bytes = new Uint8Array(new ArrayBuffer(layout.size));
  const doubles = new Float64Array(bytes.buffer);
  const words = new Uint32Array(bytes.buffer);

  writeText(bytes, staticHead.at.cookie, 4, COOKIE);
  writeText(bytes, staticHead.at.version, 5, String(formatVersion).padStart(4, "0"));
  writeDouble(doubles, words, staticHead.at.floatCookie / 8, FLOAT_COOKIE);
  writeUnsigned(words, staticHead.at.dataSourceCount / 8, definition.dataSources.length);
  writeUnsigned(words, staticHead.at.archiveCount / 8, definition.archives.length);
  writeUnsigned(words, staticHead.at.step / 8, step);

  const dataSources = definition.dataSources.map((source, index) => {
    const at = layout.dataSources + index * dataSourceSection.size;
    const { name, type } = source;
    writeText(bytes, at + dataSourceSection.at.name, NAME_BYTES, name);
    writeText(bytes, at + dataSourceSection.at.type, NAME_BYTES, type);
    if (source.type === "COMPUTE") {
      const before = definition.dataSources.slice(0, index).map((other) => other.name);
      const expression = parseExpression(source.expression, before);
      if ("fault" in expression) throw internalError(`unchecked expression: ${expression.fault}`);
      bytes.set(encodeExpression(expression), expressionAt(layout, index));
      const heartbeat = readUnsigned(words, (at + dataSourceSection.at.heartbeat) / 8);
      return { name, type, heartbeat, min: Number.NaN, max: Number.NaN, expression };
    }
    const { heartbeat, min = Number.NaN, max = Number.NaN } = source;
    writeUnsigned(words, (at + dataSourceSection.at.heartbeat) / 8, heartbeat);
    writeDouble(doubles, words, (at + dataSourceSection.at.min) / 8, min);
    writeDouble(doubles, words, (at + dataSourceSection.at.max) / 8, max);
    return { name, type, heartbeat, min, max, expression: undefined };
  });

  let dataStart = layout.size;
  const archives = definition.archives.map((archive, index): FixedArchive => {
    const at = layout.archives + index * archiveSection.size;
    writeText(bytes, at + archiveSection.at.consolidation, NAME_BYTES, archive.cf);
    writeUnsigned(words, (at + archiveSection.at.rows) / 8, archive.rows);
    const from = dataStart;
    dataStart += archive.rows * definition.dataSources.length * 8;
    const { cf, rows } = archive;
    const parameters = (at + archiveSection.at.parameters) / 8;
    const pdpPerRow = "pdpPerRow" in archive ? archive.pdpPerRow : 1;
    writeUnsigned(words, (at + archiveSection.at.pdpPerRow) / 8, pdpPerRow);
    if ("xff" in archive) {
      const { xff } = archive;
      writeDouble(doubles, words, parameters, xff);
      return { cf, rows, pdpPerRow, xff, forecast: undefined, dataStart: from };
    }
    writeForecast(archive, doubles, words, parameters, name);
    const forecast = readForecast(archive.cf, doubles, words, parameters);
    return { cf, rows, pdpPerRow, xff: Number.NaN, forecast, dataStart: from };
  });

  const header = new Header(bytes, layout, { formatVersion, step, dataSources, archives });
  header.setLastUpdate(start, 0);
  for (let source = 0; source < dataSources.length; source++) startUnknown(header, source);
  startRows.forEach((row, archive) => {
    header.setCurrentRow(archive, row);
  });
  return header;
}

/** A data source that has had no reading: unknown since the open step and the open rows began. */
export function startUnknown(header: Header, source: number): void {
  const intoStep = header.lastUpdate % header.step;
  header.setLastReading(source, "U");
  header.setValue(source, Number.NaN);
  header.setUnknownSeconds(source, intoStep);
  header.archives.forEach((archive, index) => {
    const state = header.stateAt(index, source);
    if (archive.forecast !== undefined) {
      startForecast(header, archive.forecast, state);
      return;
    }
    const intoRow = (header.lastUpdate - intoStep) % (header.step * archive.pdpPerRow);
    header.setDouble(state + stateWord.value, Number.NaN);
    header.setUnsigned(state + stateWord.unknownPoints, intoRow / header.step);
  });
}
