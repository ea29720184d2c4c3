import type { FigureOf } from "./figure-of.ts";

/** The graph's fields as they were `shift` seconds earlier. */
export interface Comparison {
  readonly shift: number;
  /** `1w earlier`; behind the field's own label. */
  readonly label: string;
}

/** What a stored field was expected to be, with a band around it. */
export interface Forecast {
  readonly of: string;
  /** Half the width of the band, in standard deviations; of Holt-Winters archives in deviations of theirs. */
  readonly band: number;
  /** From earlier days (or weeks …); without it from the file's Holt-Winters archives. */
  readonly history?: {
    readonly every: number;
    readonly times: number;
    readonly window: number;
  };
  /** `expected`; behind the field's own label. */
  readonly label: string;
}

/** Marks where a formula is neither unknown nor 0, or where the FAILURES archive of a field says so. */
export interface TickMarks {
  readonly on: { readonly expression: string } | { readonly failures: string };
  readonly color?: string;
  /** Share of the plot's height; below 0 from the top down. */
  readonly fraction: number;
  readonly label?: string;
}

export type NoteAlign = "left" | "center" | "right";

/** A line of text; figures stand between its words. */
export interface Note {
  readonly align: NoteAlign;
  readonly parts: readonly (string | NoteFigure)[];
}

export interface NoteFigure extends FigureOf {
  /** When it was so, instead of the value. */
  readonly time: boolean;
}
