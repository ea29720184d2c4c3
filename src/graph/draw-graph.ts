import { ok, type Result } from "../base/index.ts";
import { seriesRequest } from "./column-requests.ts";
import type { GraphDefinition, GraphFormat, GraphPeriod } from "./definition.ts";
import { drawScene } from "./draw-scene.ts";
import { sceneToPng } from "./png.ts";
import type { SeriesSource } from "./series.ts";
import { sceneToSvg } from "./svg.ts";

export interface Picture {
  readonly bytes: Uint8Array;
  readonly mime: "image/png" | "image/svg+xml";
}

export interface DrawGraphOptions {
  /** Epoch seconds: the right edge. */
  readonly now: number;
  readonly period: GraphPeriod;
  readonly format: GraphFormat;
  /** IANA name; default that of the process. */
  readonly timeZone?: string | undefined;
}

/** Fetches and draws one picture. Problems are those of the source. */
export async function drawGraph(
  definition: GraphDefinition,
  source: SeriesSource,
  options: DrawGraphOptions,
): Promise<Result<Picture>> {
  const series = await source.fetch(seriesRequest(definition, options.period, options.now));
  if (!series.ok) return series;
  const scene = drawScene(definition, series.value, options);
  if (options.format === "png") return ok({ bytes: await sceneToPng(scene), mime: "image/png" });
  return ok({ bytes: new TextEncoder().encode(sceneToSvg(scene)), mime: "image/svg+xml" });
}
