import { internalError, type Problem, type Result } from "../base/index.ts";
import type { GraphDefinition, GraphPeriod } from "./definition.ts";

export interface PaintRequest {
  readonly rrdFile: string;
  readonly definition: GraphDefinition;
  readonly period: GraphPeriod;
  /** Epoch seconds: the right edge of the picture. */
  readonly now: number;
  /** Absolute path of the picture; its folder exists or is made. */
  readonly out: string;
}

export interface Painted {
  /** False when nothing had changed since the file was last painted. */
  readonly drawn: boolean;
  /** What drawing took. */
  readonly seconds: number;
}

/** Paints pictures in a worker thread of its own, started when first needed and again after a crash. */
export class GraphPainter {
  /** Never rejects. */
  paint(_request: PaintRequest): Promise<Result<Painted>> {
    return Promise.reject(internalError("painting is not built yet"));
  }

  /** Ends the worker after the pictures asked for are painted. */
  async close(): Promise<void> {}
}

export type PaintProblem = Problem;
