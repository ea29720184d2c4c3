import { ok, type Result } from "../base/index.ts";
import { figuresRequest, seriesRequest } from "./column-requests.ts";
import type { GraphDefinition, GraphFormat, GraphPeriod } from "./definition.ts";
import { drawScene } from "./draw-scene.ts";
import { sceneToPng } from "./png.ts";
import type { Series, SeriesSource } from "./series.ts";
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
  const fine = await finerRows(definition, source, series.value, options);
  if (!fine.ok) return fine;
  const scene = drawScene(definition, { ...series.value, fine: fine.value }, options);
  if (options.format === "png") return ok({ bytes: await sceneToPng(scene), mime: "image/png" });
  return ok({ bytes: new TextEncoder().encode(sceneToSvg(scene)), mime: "image/svg+xml" });
}

/** The rows that figures are computed from, when they are finer than those drawn. */
async function finerRows(
  definition: GraphDefinition,
  source: SeriesSource,
  drawn: Series,
  { period, now }: DrawGraphOptions,
): Promise<Result<Series | undefined>> {
  if (drawn.finest === true) return ok(undefined);
  const fine = await source.fetch(figuresRequest(definition, period, now));
  if (!fine.ok) {
    // What is drawn is better than no picture.
    return fine.problems.some(({ code }) => code === "rrd-too-many-rows") ? ok(undefined) : fine;
  }
  return ok(fine.value.step < drawn.step ? fine.value : undefined);
}
