import type { ColourTag } from "./colour-options.ts";
import type { Fonts } from "./font-options.ts";
import type { AxisFormat, TimeGrid, ValueGrid } from "./grid-options.ts";
import type { ImageFormat } from "./image-options.ts";

/** What the options of a graph command say. */
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
