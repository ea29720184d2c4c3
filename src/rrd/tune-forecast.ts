import type { ForecastConsolidation } from "./definition.ts";
import { HISTORY_BYTES } from "./dump-fields.ts";
import { type FixedArchive, type Header, stateWord } from "./header.ts";
import { staticHead } from "./layout.ts";
import { parseNumber } from "./number-text.ts";
import type { StorageFile } from "./storage.ts";
import type { TuneOption } from "./tune.ts";
import { nameIndex } from "./tune-source.ts";
import { readWhole, writeWhole } from "./whole-io.ts";
import { writeDouble, writeText } from "./words.ts";

/** Slots among the parameters of an archive. */
const slot = {
  alpha: 1,
  beta: 2,
  gamma: 1,
  smoothing: 2,
  deltaPos: 1,
  deltaNeg: 2,
  window: 4,
  threshold: 5,
} as const;
const MOST_WINDOW = 28;
const LEAST_DELTA = 0.1;

/** One option of `tune` for the forecast; the fault in rrdtool's words, or undefined. */
export function tuneForecast(
  header: Header,
  file: StorageFile,
  option: TuneOption,
  value: string,
): string | undefined {
  switch (option) {
    case "alpha":
      return share(header, "HWPREDICT", slot.alpha, value);
    case "beta":
      return share(header, "HWPREDICT", slot.beta, value);
    case "gamma":
      return share(header, "SEASONAL", slot.gamma, value);
    case "gamma-deviation":
      return share(header, "DEVSEASONAL", slot.gamma, value);
    case "smoothing-window":
      return smoothing(header, "SEASONAL", value);
    case "smoothing-window-deviation":
      return smoothing(header, "DEVSEASONAL", value);
    case "deltapos":
      return delta(header, slot.deltaPos, value);
    case "deltaneg":
      return delta(header, slot.deltaNeg, value);
    case "window-length":
      return window(header, slot.window, value);
    case "failure-threshold":
      return window(header, slot.threshold, value);
    case "aberrant-reset":
      return reset(header, file, value);
    default:
      return undefined;
  }
}

function find(header: Header, cf: ForecastConsolidation): number {
  return header.archives.findIndex(
    (archive) => archive.cf === cf || (cf === "HWPREDICT" && archive.cf === "MHWPREDICT"),
  );
}

function share(header: Header, cf: ForecastConsolidation, at: number, value: string): string | undefined {
  const [text] = /^\s*[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?/i.exec(value) ?? [];
  const number = text === undefined ? undefined : parseNumber(text);
  if (typeof number !== "number") return "Unable to parse Holt-Winters parameter";
  if (number < 0 || number > 1) return "Holt-Winters parameter must be between 0 and 1";
  const index = find(header, cf);
  if (index < 0) return "Holt-Winters RRA does not exist in this RRD";
  header.setDouble(header.archiveParameterAt(index, at), number);
  return undefined;
}

/** The window is only looked at from version 4 on. */
function smoothing(header: Header, cf: ForecastConsolidation, value: string): string | undefined {
  const fault = share(header, cf, slot.smoothing, value);
  if (fault === undefined && header.formatVersion < 4)
    writeText(header.bytes, staticHead.at.version, 5, "0004");
  return fault;
}

function delta(header: Header, at: number, value: string): string | undefined {
  const [text] = /^\s*[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?/i.exec(value) ?? [];
  const number = text === undefined ? undefined : parseNumber(text);
  if (typeof number !== "number") return `"${value}" is no number`;
  if (number < LEAST_DELTA) return "Parameter specified is too small";
  const index = find(header, "FAILURES");
  if (index < 0) return "Failures RRA does not exist in this RRD";
  header.setDouble(header.archiveParameterAt(index, at), number);
  return undefined;
}

function window(header: Header, at: number, value: string): string | undefined {
  const number = Number(/^\s*[+-]?\d+/.exec(value)?.[0] ?? 0);
  if (number < 1 || number > MOST_WINDOW) return `Parameter must be between 1 and ${MOST_WINDOW}`;
  const index = find(header, "FAILURES");
  if (index < 0) return "Failures RRA does not exist in this RRD";
  header.setUnsigned(header.archiveParameterAt(index, at), number);
  for (let source = 0; source < header.dataSources.length; source++) forgetFailures(header, index, source);
  return undefined;
}

function forgetFailures(header: Header, archive: number, source: number): void {
  const at = header.stateAt(archive, source) * 8;
  header.bytes.fill(0, at, at + HISTORY_BYTES);
}

/** The forecast of one data source starts anew, as if nothing had been seen. */
function reset(header: Header, file: StorageFile, name: string): string | undefined {
  const source = nameIndex(header, name);
  if (source < 0) return `unknown data source name '${name}'`;
  header.archives.forEach((archive, index) => {
    const state = header.stateAt(index, source) + stateWord.forecast;
    switch (archive.cf) {
      case "HWPREDICT":
      case "MHWPREDICT":
        for (let word = 0; word < 4; word++) header.setDouble(state + word, Number.NaN);
        header.setUnsigned(state + 4, 1);
        header.setUnsigned(state + 5, 1);
        return;
      case "SEASONAL":
      case "DEVSEASONAL":
        header.setDouble(state, Number.NaN);
        header.setDouble(state + 1, Number.NaN);
        forgetRows(header, file, archive, source);
        return;
      case "FAILURES":
        forgetFailures(header, index, source);
        return;
      default:
        return;
    }
  });
  return undefined;
}

function forgetRows(header: Header, file: StorageFile, archive: FixedArchive, source: number): void {
  const sources = header.dataSources.length;
  const most = Math.max(1, Math.floor(PIECE / (8 * sources)));
  for (let row = 0; row < archive.rows; row += most) {
    const count = Math.min(most, archive.rows - row);
    const bytes = new Uint8Array(new ArrayBuffer(count * sources * 8));
    const doubles = new Float64Array(bytes.buffer);
    const words = new Uint32Array(bytes.buffer);
    const position = archive.dataStart + row * sources * 8;
    if (!readWhole(file, bytes, position)) throw new Error("the file ended early");
    for (let index = source; index < doubles.length; index += sources)
      writeDouble(doubles, words, index, Number.NaN);
    writeWhole(file, bytes, position);
  }
}

const PIECE = 64 * 1024;
