import type { Consolidation } from "../../rrd/index.ts";
import type { FigureFunction } from "./figure-functions.ts";
import type { RpnNode } from "./parse-rpn.ts";

/** What a graph command line says after its options, element by element. Names are checked. */
export type Element =
  | Definition
  | Computation
  | FigureDefinition
  | Shift
  | Drawn
  | Tick
  | HorizontalRule
  | VerticalRule
  | Print
  | Comment
  | TextAlign
  | Export;

export interface Definition {
  readonly kind: "DEF";
  readonly name: string;
  readonly file: string;
  readonly source: string;
  readonly cf: Consolidation;
  readonly reduce: Consolidation;
  /** Least seconds per row. */
  readonly step: number;
  /** At-style times; default those of the graph. */
  readonly start: string | undefined;
  readonly end: string | undefined;
}

export interface Computation {
  readonly kind: "CDEF";
  readonly name: string;
  readonly nodes: readonly RpnNode[];
}

export interface FigureDefinition {
  readonly kind: "VDEF";
  readonly name: string;
  readonly of: string;
  readonly calculate: FigureFunction;
  /** Of PERCENT. */
  readonly parameter: number;
}

export interface Shift {
  readonly kind: "SHIFT";
  readonly name: string;
  /** Seconds, or the name of a VDEF. */
  readonly by: number | string;
}

/** A name or a number. */
export type Operand =
  | { readonly kind: "column"; readonly name: string }
  | { readonly kind: "figure"; readonly name: string }
  | { readonly kind: "number"; readonly value: number };

export interface Dashes {
  readonly pattern: readonly number[];
  readonly offset: number;
}

export interface Drawn {
  readonly kind: "LINE" | "AREA";
  /** Given as the deprecated element STACK. */
  readonly legacyStack: boolean;
  readonly of: Operand;
  /** Pixels; of a line. */
  readonly width: number;
  /** Without a colour it is not seen, but it carries a stack. */
  readonly colour: string | undefined;
  readonly gradient: { readonly colour: string; readonly height: number } | undefined;
  readonly legend: string;
  readonly stacked: boolean;
  readonly skipScale: boolean;
  readonly dashes: Dashes | undefined;
}

export interface Tick {
  readonly kind: "TICK";
  readonly of: string;
  readonly colour: string;
  readonly fraction: number;
  readonly legend: string;
}

export interface HorizontalRule {
  readonly kind: "HRULE";
  readonly of: Operand;
  readonly colour: string | undefined;
  readonly legend: string;
  readonly dashes: Dashes | undefined;
}

export interface VerticalRule {
  readonly kind: "VRULE";
  readonly of: Operand;
  readonly colour: string | undefined;
  readonly legend: string;
  readonly dashes: Dashes | undefined;
}

export interface Print {
  readonly kind: "PRINT" | "GPRINT";
  readonly of: string;
  /** The deprecated form names a function over a column instead of a VDEF. */
  readonly cf: Consolidation | undefined;
  readonly format: string;
  readonly as: "number" | "strftime" | "valstrftime" | "valstrfduration";
}

export interface Comment {
  readonly kind: "COMMENT";
  readonly text: string;
}

export interface TextAlign {
  readonly kind: "TEXTALIGN";
  readonly align: Alignment;
}
export type Alignment = "left" | "right" | "center" | "justified";

export interface Export {
  readonly kind: "XPORT";
  readonly of: string;
  readonly legend: string;
}
