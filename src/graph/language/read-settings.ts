import type { Result } from "../../base/index.ts";
import { ok } from "../../base/index.ts";
import { parsePeriod, readWords } from "../../rrd/index.ts";
import { readColours } from "./colour-options.ts";
import { GraphFault } from "./element-words.ts";
import { readFonts } from "./font-options.ts";
import type { GraphSettings } from "./graph-settings.ts";
import { readAxisFormat, readGridDash, readTimeGrid, readValueGrid } from "./grid-options.ts";
import { checkImageInfo, checkMode, readImageFormat } from "./image-options.ts";
import { leadingInteger } from "./leading-integer.ts";
import { isUpwards, readPosition } from "./legend-options.ts";
import { clampExponent, finite, float, pixels, readRightAxis, readZoom } from "./number-options.ts";
import { graphOptions, type LongOption, unsupported } from "./option-table.ts";

const EARLIEST = 315_360_000;
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
  const zoom = readZoom(last("zoom"), width, height);
  const base = leadingInteger(last("base") ?? "1000");
  if (base !== 1000 && base !== 1024) {
    throw new GraphFault("the only sensible value for base apart from 1000 is 1024");
  }
  const units = last("units");
  if (units !== undefined && units !== "si") throw new GraphFault(`invalid argument for --units: ${units}`);
  const format = readImageFormat(last("imgformat"));
  const rightAxis = readRightAxis(last("right-axis"));
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
    legendPosition: readPosition(last("legend-position")),
    legendUpwards: isUpwards(last("legend-direction")),
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
    notes: [
      ...fonts.notes,
      ...(has("pango-markup") ? ["of --pango-markup only the text is drawn"] : []),
      ...(last("legend-direction") === "bottomup2" ? ["--legend-direction bottomup2 is as bottomup"] : []),
    ],
  });
}
