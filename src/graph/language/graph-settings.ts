import type { Result } from "../../base/index.ts";
import { ok } from "../../base/index.ts";
import { parseNumber, parsePeriod, readWords } from "../../rrd/index.ts";
import { type ColourTag, readColours } from "./colour-options.ts";
import { GraphFault } from "./element-words.ts";
import { type Fonts, readFonts } from "./font-options.ts";
import {
  type AxisFormat,
  readAxisFormat,
  readGridDash,
  readTimeGrid,
  readValueGrid,
  type TimeGrid,
  type ValueGrid,
} from "./grid-options.ts";
import { leadingInteger } from "./leading-integer.ts";
import { graphOptions, type LongOption, unsupported } from "./option-table.ts";

export interface GraphSettings {
  /** As given; "-" is standard output, "" nowhere. */
  readonly out: string;
  readonly elements: readonly string[];
  /** Epoch seconds. */
  readonly start: number;
  readonly end: number;
  /** Least seconds per row. */
  readonly step: number;
  /** Of the plot, or with `fullSize` of the picture; CSS pixels. */
  readonly width: number;
  readonly height: number;
  readonly fullSize: boolean;
  readonly onlyGraph: boolean;
  readonly format: ImageFormat;
  readonly imageInfo: string | undefined;
  readonly lazy: boolean;
  readonly zoom: number;
  readonly title: string;
  readonly verticalLabel: string;
  readonly watermark: string;
  readonly noLegend: boolean;
  readonly forceRules: boolean;
  readonly legendPosition: "south" | "north";
  readonly legendUpwards: boolean;
  readonly tabWidth: number;
  readonly markup: boolean;
  readonly lower: number | undefined;
  readonly upper: number | undefined;
  readonly rigid: boolean;
  readonly allowShrink: boolean;
  readonly tightMin: boolean;
  readonly tightMax: boolean;
  readonly logarithmic: boolean;
  readonly base: 1000 | 1024;
  /** Values are labelled in units of 10 (or 1024 ^ (1/3)) to this power. */
  readonly exponent: number | undefined;
  /** Characters that value labels have room for. */
  readonly labelLength: number | undefined;
  readonly timeGrid: TimeGrid;
  readonly valueGrid: ValueGrid;
  readonly noMinor: boolean;
  readonly gridDash: readonly [on: number, off: number] | undefined;
  readonly leftFormat: AxisFormat;
  readonly rightAxis: { readonly scale: number; readonly shift: number } | undefined;
  readonly rightLabel: string;
  readonly rightFormat: AxisFormat;
  readonly slope: boolean;
  readonly missingIsUnknown: boolean;
  readonly colours: ReadonlyMap<ColourTag, string>;
  readonly fonts: Fonts;
  /** Pixels of the raised edge; undefined: none was asked for. */
  readonly border: number | undefined;
  /** What is done differently than asked, one sentence each. */
  readonly notes: readonly string[];
}

export type ImageFormat = "PNG" | "SVG";
const imageFormats: readonly ImageFormat[] = ["PNG", "SVG"];
const otherFormats = ["PDF", "EPS", "XML", "XMLENUM", "JSON", "JSONTIME", "CSV", "TSV", "SSV"];

const EARLIEST = 315_360_000;
const LEAST_PIXELS = 10;
/** What a screen or a poster may need; rrdtool takes all the memory instead. */
export const MOST_PIXELS = 10_000;
const MOST_ALL_PIXELS = 16_000_000;
const LONGEST_TEXT = 10_000;

/** Reads the words after `graph`. Throws `GraphFault`. */
export function readSettings(args: readonly string[], now: number): Result<GraphSettings> {
  const read = readWords(args, graphOptions);
  if ("fault" in read) throw new GraphFault(read.fault);
  const { given } = read;
  const has = (name: LongOption) => given.has(name);
  const last = (name: LongOption) => given.get(name)?.at(-1);
  for (const [name, why] of Object.entries(unsupported)) {
    if (given.has(name as LongOption)) throw new GraphFault(`--${name} is not supported: ${why}`);
  }
  const [out, ...elements] = read.rest;
  if (out === undefined) throw new GraphFault("a file name for the picture is missing");
  const period = parsePeriod(last("start") ?? "end-24h", last("end") ?? "now", Math.floor(now));
  if (!period.ok) return period;
  const { start, end } = period.value;
  if (start < EARLIEST) throw new GraphFault(`the first entry to fetch should be after 1980 (${start})`);
  if (end < start) throw new GraphFault(`start (${start}) should be less than end (${end})`);
  const width = pixels("width", last("width") ?? "400");
  const height = pixels("height", last("height") ?? "100");
  const zoom = float("m", last("zoom")) ?? 1;
  if (!(zoom > 0)) throw new GraphFault("zoom factor must be > 0");
  if (zoom > 20 || width * height * zoom * zoom > MOST_ALL_PIXELS) {
    throw new GraphFault(
      `a picture of ${width}x${height} at zoom ${zoom} has more than ${MOST_ALL_PIXELS} pixels`,
    );
  }
  const base = leadingInteger(last("base") ?? "1000");
  if (base !== 1000 && base !== 1024) {
    throw new GraphFault("the only sensible value for base apart from 1000 is 1024");
  }
  const units = last("units");
  if (units !== undefined && units !== "si") throw new GraphFault(`invalid argument for --units: ${units}`);
  const format = imageFormats.find((one) => one === (last("imgformat") ?? "PNG"));
  if (format === undefined) {
    const name = last("imgformat") ?? "";
    throw new GraphFault(
      otherFormats.includes(name)
        ? `--imgformat ${name} is not supported: PNG and SVG are, and xport gives the values`
        : `unsupported graphics format '${name}'`,
    );
  }
  const rightAxis = readRightAxis(last("right-axis"));
  const position = last("legend-position") ?? "south";
  if (position === "west" || position === "east") {
    throw new GraphFault(`--legend-position ${position} is not supported: north and south are`);
  }
  if (position !== "south" && position !== "north")
    throw new GraphFault(`unknown legend-position '${position}'`);
  const direction = last("legend-direction") ?? "topdown";
  if (!["topdown", "bottomup", "bottomup2"].includes(direction)) {
    throw new GraphFault(`unknown legend-position '${direction}'`);
  }
  checkMode("font-render-mode", last("font-render-mode"), ["normal", "light"], ["mono"]);
  checkMode("graph-render-mode", last("graph-render-mode"), ["normal"], ["mono"]);
  const fonts = readFonts(given.get("font") ?? []);
  const texts = [last("title"), last("vertical-label"), last("watermark"), last("right-axis-label")];
  if (texts.some((text) => (text?.length ?? 0) > LONGEST_TEXT)) throw new GraphFault("a text is too long");
  const exponent = last("units-exponent");
  const border = last("border");
  return ok({
    out,
    elements,
    start,
    end,
    step: Math.max(0, leadingInteger(last("step") ?? "0")),
    width,
    height,
    fullSize: has("full-size-mode"),
    onlyGraph: has("only-graph"),
    format,
    imageInfo: checkImageInfo(last("imginfo")),
    lazy: has("lazy"),
    zoom,
    title: last("title") ?? "",
    verticalLabel: last("vertical-label") ?? "",
    watermark: last("watermark") ?? "",
    noLegend: has("no-legend"),
    forceRules: has("force-rules-legend"),
    legendPosition: position,
    legendUpwards: direction !== "topdown",
    tabWidth: Math.min(1000, Math.max(1, float("T", last("tabwidth")) ?? 40)),
    markup: has("pango-markup"),
    lower: finite("l", last("lower-limit")),
    upper: finite("u", last("upper-limit")),
    rigid: has("rigid") || has("allow-shrink"),
    allowShrink: has("allow-shrink"),
    tightMin: has("alt-autoscale") || has("alt-autoscale-min"),
    tightMax: has("alt-autoscale") || has("alt-autoscale-max"),
    logarithmic: has("logarithmic"),
    base,
    exponent: exponent === undefined ? undefined : clampExponent(leadingInteger(exponent)),
    labelLength: has("units-length")
      ? Math.min(100, Math.max(0, leadingInteger(last("units-length") ?? "")))
      : undefined,
    timeGrid: readTimeGrid(last("x-grid")),
    valueGrid: readValueGrid(last("y-grid")),
    noMinor: has("no-minor"),
    gridDash: readGridDash(last("grid-dash")),
    leftFormat: readAxisFormat("left", last("left-axis-format"), last("left-axis-formatter")),
    rightAxis,
    rightLabel: last("right-axis-label") ?? "",
    rightFormat: readAxisFormat("right", last("right-axis-format"), last("right-axis-formatter")),
    slope: has("slope-mode"),
    missingIsUnknown: has("use-nan-for-all-missing-data"),
    colours: readColours(given.get("color") ?? []),
    fonts,
    border: border === undefined ? undefined : Math.min(50, Math.max(0, leadingInteger(border))),
    notes: [...fonts.notes, ...(has("pango-markup") ? ["of --pango-markup only the text is drawn"] : [])],
  });
}

function pixels(name: "width" | "height", text: string): number {
  const value = leadingInteger(text);
  if (value < LEAST_PIXELS) throw new GraphFault(`${name} below ${LEAST_PIXELS} pixels`);
  if (value > MOST_PIXELS) throw new GraphFault(`${name} above ${MOST_PIXELS} pixels`);
  return value;
}

function float(letter: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const value = parseNumber(text);
  if (typeof value !== "number") throw new GraphFault(`option -${letter} - ${value.fault}`);
  return value;
}

/** Unknown and infinite limits are no limits. */
function finite(letter: string, text: string | undefined): number | undefined {
  const value = float(letter, text);
  return value !== undefined && Number.isFinite(value) ? value : undefined;
}

function clampExponent(value: number): number {
  return Math.min(24, Math.max(-24, value));
}

function readRightAxis(text: string | undefined): GraphSettings["rightAxis"] {
  if (text === undefined) return undefined;
  const [scale = "", shift] = text.split(":");
  const values = [parseNumber(scale), parseNumber(shift ?? "")];
  const [factor, offset] = values;
  if (
    typeof factor !== "number" ||
    typeof offset !== "number" ||
    !Number.isFinite(factor) ||
    !Number.isFinite(offset)
  ) {
    throw new GraphFault("invalid right-axis format expected scale:shift");
  }
  if (factor === 0) throw new GraphFault("the second_axis_scale  must not be 0");
  return { scale: factor, shift: offset };
}

function checkMode(
  option: string,
  mode: string | undefined,
  fine: readonly string[],
  known: readonly string[],
): void {
  if (mode === undefined || fine.includes(mode)) return;
  throw new GraphFault(
    known.includes(mode) ? `--${option} ${mode} is not supported` : `unknown ${option} '${mode}'`,
  );
}

const imageInfoShape = /^(?:[^%]|%%)*%s(?:[^%]|%%)*%lu(?:[^%]|%%)*%lu(?:[^%]|%%)*$/s;

function checkImageInfo(format: string | undefined): string | undefined {
  if (format !== undefined && !imageInfoShape.test(format)) {
    throw new GraphFault(
      `invalid format string '${format}' (should match '^(?:[^%]+|%%)*%s(?:[^%]+|%%)*%lu(?:[^%]+|%%)*%lu(?:[^%]+|%%)*$')`,
    );
  }
  return format;
}
