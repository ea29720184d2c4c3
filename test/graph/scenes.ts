import { ok, type Seconds } from "../../src/base/index.ts";
import {
  drawScene,
  type GraphDefinition,
  type GraphPeriod,
  graphDefinition,
  type Scene,
  type SceneItem,
  type ScenePart,
  type Series,
  type SeriesSource,
} from "../../src/graph/index.ts";

export const NOW = 1_700_000_000;
export const hour: GraphPeriod = { text: "400s", seconds: 400 as Seconds };
const unknown = Number.NaN;

export { unknown };

/** Rows of one pixel each (with the default width of 400) when there are 400 of them. */
export function seriesOf(...columns: (readonly number[])[]): Series {
  const rows = columns[0]?.length ?? 1;
  const step = 400 / rows;
  return { start: NOW - 400, end: NOW, step, columns: columns.map((values) => Float64Array.from(values)) };
}

export function sceneOf(
  given: Partial<GraphDefinition> & { fields: string[] },
  ...columns: number[][]
): Scene {
  const definition = graphDefinition({ path: "a.png", ...given });
  return drawScene(definition, seriesOf(...columns), { now: NOW, period: hour, timeZone: "UTC" });
}

/** All items, those within clips too. */
export type DrawnItem = Exclude<SceneItem, { kind: "clip" }>;

export function itemsOf(scene: Scene): DrawnItem[] {
  const flat = (items: readonly SceneItem[]): DrawnItem[] =>
    items.flatMap((item) => (item.kind === "clip" ? flat(item.items) : [item]));
  return flat(scene.items);
}

export function textsOf(scene: Scene, part: ScenePart): string[] {
  return itemsOf(scene).flatMap((item) => (item.kind === "text" && item.part === part ? [item.text] : []));
}

export function shapesOf(scene: Scene, kind: "area" | "line"): Float64Array[] {
  return itemsOf(scene).flatMap((item) =>
    item.kind === kind && item.part === "series" && "points" in item ? [item.points] : [],
  );
}

export function sourceOf(...columns: number[][]): SeriesSource {
  return { fetch: () => Promise.resolve(ok(seriesOf(...columns))) };
}
