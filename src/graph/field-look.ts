import type { Consolidation } from "../rrd/index.ts";
import type { GraphMethod } from "./definition.ts";

/** Where one field of a graph differs from the others; everything else is as the graph says. */
export interface FieldLook {
  /** In the legend instead of the name. */
  readonly label?: string;
  readonly method?: GraphMethod;
  /** As `colors` has it; wins over it. */
  readonly color?: string;
  /** Of its line, CSS pixels. */
  readonly width?: number;
  /** Lengths of dashes and gaps in turn. */
  readonly dashes?: readonly number[];
  /** Drawn below the zero line. */
  readonly negate?: boolean;
  /** The area ends at this name's values instead of at zero. */
  readonly downTo?: string;
  /** Where the values come from, if not from the graph's file and the field of the name. */
  readonly from?: FieldSource;
  readonly cf?: Consolidation;
  /** A straight line through the values. */
  readonly trend?: boolean;
  /** 0 … 100. */
  readonly percentile?: number;
  /** False: it is only there for formulas and for other fields. */
  readonly draw?: boolean;
  /** Whether the legend names it. */
  readonly legend?: boolean;
}

export interface FieldSource {
  /** Path of another RRD file. */
  readonly file?: string;
  readonly field: string;
}
