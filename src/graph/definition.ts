import type { EpochSeconds, Seconds } from "../base/index.ts";
import type { Comparison, Forecast, Note, TickMarks } from "./extras.ts";
import type { FieldLook } from "./field-look.ts";
import type { FigureOf } from "./figure-of.ts";

/** How a field is drawn: a line, a filled area from zero, or filled areas on top of each other. */
export type GraphMethod = "LINE" | "AREA" | "STACK";

/** Consolidation functions of the archives a graph can read. */
export type GraphCf = "AVERAGE" | "MIN" | "MAX" | "LAST";

/** The numbers that a legend can print beside a name: `95%` is a percentile. */
export type LegendNumber =
  | "LAST"
  | "AVERAGE"
  | "MAX"
  | "MIN"
  | "FIRST"
  | "TOTAL"
  | "DEVIATION"
  | `${number}%`;

export type GraphTheme = "light" | "dark";
export type GraphPalette = "default" | "rem";
export type GraphFormat = "png" | "svg";

/** A stretch of time that ends now; `text` is how the user wrote it and what `{{period}}` becomes. */
export interface GraphPeriod {
  readonly text: string;
  readonly seconds: Seconds;
}

/** A horizontal line at a value. */
export interface HorizontalRule {
  readonly value: number | FigureOf;
  readonly color?: string;
  /** Printed in the legend. */
  readonly label?: string;
}

/** A vertical line at a time, or at the time that a figure belongs to. */
export interface VerticalRule {
  readonly time: EpochSeconds | FigureOf;
  readonly color?: string;
  /** Printed in the legend. */
  readonly label?: string;
}

/** A second axis at the right: its values are `left * scale + shift`. */
export interface RightAxis {
  readonly scale: number;
  readonly shift: number;
  readonly label: string;
}

/** Colours as `#RRGGBB` or `#RRGGBBAA`: a list taken in turn, or one per field. */
export type GraphColors = readonly string[] | Readonly<Record<string, string>>;

/** What to draw, complete and checked. Plain data: it crosses thread boundaries. */
export interface GraphDefinition {
  /** Where the picture goes, `.png` or `.svg`; may hold `{{period}}`. */
  readonly path: string;
  /** May hold `{{period}}`. */
  readonly title: string;
  /** What is drawn, in order: names of stored fields or of `expressions`. */
  readonly fields: readonly string[];
  readonly method: GraphMethod;
  /** By name, where one is not as the others. */
  readonly looks: Readonly<Record<string, FieldLook>>;
  /** Drawn at most this often, seconds. */
  readonly interval: Seconds;
  /** One picture each; never empty. */
  readonly periods: readonly GraphPeriod[];
  readonly verticalLabel: string;
  /** Size of the plot in CSS pixels, without axes and legend unless `fullSize`. */
  readonly width: number;
  readonly height: number;
  /** `width` and `height` are those of the whole picture. */
  readonly fullSize: boolean;
  readonly lowerLimit?: number;
  readonly upperLimit?: number;
  /** The limits are final; otherwise the data may widen the range. */
  readonly rigid: boolean;
  readonly logarithmic: boolean;
  readonly base: 1000 | 1024;
  /** Printed after the prefix: `B/s`, `°C`. */
  readonly units: string;
  readonly colors: GraphColors;
  readonly palette: GraphPalette;
  readonly cf: GraphCf;
  /** Which numbers the legend prints; `undefined`: no legend at all. */
  readonly legend: readonly LegendNumber[] | undefined;
  readonly hrules: readonly HorizontalRule[];
  readonly vrules: readonly VerticalRule[];
  /** Name to formula over fields: `{total: "user + system"}`. */
  readonly expressions: Readonly<Record<string, string>>;
  /** 0 … 100: a dashed line and a legend number per field (for STACK: of the sum). */
  readonly percentile?: number;
  /** A straight line through the values of each field (of STACK: of the sum). */
  readonly trend: boolean;
  /** The same fields earlier. */
  readonly compare: readonly Comparison[];
  readonly forecasts: readonly Forecast[];
  readonly ticks: readonly TickMarks[];
  /** Lines under the legend. */
  readonly notes: readonly Note[];
  readonly watermark: string;
  readonly theme: GraphTheme;
  readonly rightAxis?: RightAxis;
  /** Device pixels per CSS pixel: 2 for dense screens. */
  readonly scale: number;
  /** Values are joined by slanted lines instead of steps. */
  readonly slope: boolean;
  /** Unknown values leave a gap (`break`) or are drawn over (`join`). */
  readonly gaps: "break" | "join";
  /** Whether an unknown value makes the whole stack unknown there, or counts as 0. */
  readonly stackUnknown: "gap" | "zero";
}

/** A definition with every option at its default; `path` and `fields` have none. */
export function graphDefinition(
  given: Partial<GraphDefinition> & Pick<GraphDefinition, "path" | "fields">,
): GraphDefinition {
  return {
    title: "",
    method: "LINE",
    interval: 60 as Seconds,
    periods: [{ text: "1d", seconds: 86_400 as Seconds }],
    verticalLabel: "",
    width: 400,
    height: 100,
    fullSize: false,
    rigid: false,
    logarithmic: false,
    base: 1000,
    units: "",
    colors: [],
    palette: "default",
    cf: "AVERAGE",
    legend: ["LAST", "AVERAGE", "MAX"],
    hrules: [],
    vrules: [],
    expressions: {},
    looks: {},
    trend: false,
    compare: [],
    forecasts: [],
    ticks: [],
    notes: [],
    watermark: "",
    theme: "light",
    scale: 1,
    slope: false,
    gaps: "break",
    stackUnknown: "gap",
    ...given,
  };
}

/** How a name differs from the others; empty where it does not. */
export function lookOf({ looks }: GraphDefinition, name: string): FieldLook {
  return (Object.hasOwn(looks, name) ? looks[name] : undefined) ?? {};
}

/** `{{period}}` replaced by the period as written. */
export function withPeriod(text: string, period: GraphPeriod): string {
  return text.replaceAll(/\{\{\s*period\s*\}\}/g, () => period.text);
}

/** The file of one period; of the period's text only what is safe in a file name. */
export function graphPath(definition: GraphDefinition, period: GraphPeriod): string {
  return withPeriod(definition.path, { ...period, text: period.text.replaceAll(/[^\w.-]/g, "") });
}

/** PNG or SVG, by the ending of the path. */
export function graphFormat(path: string): GraphFormat {
  return path.toLowerCase().endsWith(".svg") ? "svg" : "png";
}
