/**
 * What a graph looks like, as plain data: SVG and PNG draw the same scene, and tests read it.
 * Units are CSS pixels, y grows downwards; colours are `#rrggbb` or `#rrggbbaa`.
 */
export interface Scene {
  readonly width: number;
  readonly height: number;
  /** Device pixels per CSS pixel. */
  readonly scale: number;
  readonly background: string;
  /** For people who cannot see it, and on hover: title and what is drawn. */
  readonly title: string;
  readonly description: string;
  /** Where the data is drawn. */
  readonly plot: Box;
  readonly items: readonly SceneItem[];
}

export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** What an item is for: tests and style sheets find things by it. */
export type ScenePart =
  | "background"
  | "frame"
  | "grid"
  | "grid-minor"
  | "zero"
  | "series"
  | "rule"
  | "tick"
  | "border"
  | "arrow"
  | "legend-text"
  | "percentile"
  | "title"
  | "range"
  | "vertical-label"
  | "value-label"
  | "right-label"
  | "time-label"
  | "legend-head"
  | "legend-name"
  | "legend-number"
  | "legend-swatch"
  | "note"
  | "trend"
  | "watermark";

export interface RectItem extends Box {
  readonly kind: "rect";
  readonly part: ScenePart;
  readonly fill: string;
  readonly title?: string;
}

/** A filled ring; `points` are x, y pairs and the last joins the first. */
export interface AreaItem {
  readonly kind: "area";
  readonly part: ScenePart;
  readonly points: Float64Array;
  readonly fill: string;
  readonly title?: string;
}

/** An open line; `points` are x, y pairs. */
export interface LineItem {
  readonly kind: "line";
  readonly part: ScenePart;
  readonly points: Float64Array;
  readonly stroke: string;
  readonly width: number;
  /** Lengths of dashes and gaps in turn, and how far into them the line starts. */
  readonly dash?: readonly number[];
  readonly dashOffset?: number;
  readonly title?: string;
}

export interface TextItem {
  readonly kind: "text";
  readonly part: ScenePart;
  /** Where the anchor is, y at the base line. */
  readonly x: number;
  readonly y: number;
  readonly text: string;
  readonly size: number;
  readonly bold: boolean;
  readonly anchor: "start" | "middle" | "end";
  readonly fill: string;
  /** A quarter turn anticlockwise around the anchor. */
  readonly turned: boolean;
  /** All characters of one width, for tables that are laid out with blanks. */
  readonly mono?: boolean;
}

/** Items that are cut off at the edges of the box. */
export interface ClipItem extends Box {
  readonly kind: "clip";
  readonly items: readonly SceneItem[];
}

export type SceneItem = RectItem | AreaItem | LineItem | TextItem | ClipItem;
