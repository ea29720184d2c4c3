import type { Problem } from "../base/index.ts";
import type { GraphDefinition, GraphPeriod } from "./definition.ts";

/** To the drawing thread: one picture. */
export interface PaintRequest {
  /** Path of the RRD file that is read. */
  readonly rrdFile: string;
  /** Where names of other RRD files start from; default the folder of `rrdFile`. */
  readonly folder?: string;
  readonly definition: GraphDefinition;
  readonly period: GraphPeriod;
  /** Epoch seconds: the right edge of the picture. */
  readonly now: number;
  /** Path of the picture; `.svg` is SVG, everything else PNG. Its folder is made when missing. */
  readonly out: string;
}

export interface Painted {
  /** False when nothing had changed since the file was last painted. */
  readonly drawn: boolean;
  /** What reading, drawing and writing took. */
  readonly seconds: number;
}

/** From the drawing thread, one per request. */
export type PaintReply =
  | { readonly ok: true; readonly painted: Painted }
  | { readonly ok: false; readonly problems: readonly Problem[] };
