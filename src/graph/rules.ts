import type { GraphDefinition } from "./definition.ts";
import { type Axes, toY } from "./draw-axes.ts";
import { ruleValue } from "./extent.ts";
import { figureIn } from "./figures.ts";
import type { Theme } from "./palette.ts";
import type { SceneItem } from "./scene.ts";
import type { Traces } from "./traces.ts";

/** Lines across at values and down at times. */
export function drawRules(
  definition: GraphDefinition,
  data: Traces,
  axes: Axes,
  { start, end }: { readonly start: number; readonly end: number },
  perSecond: number,
  theme: Theme,
): SceneItem[] {
  const { plot } = axes;
  const { hrules, vrules } = definition;
  const rule = (points: Float64Array, color: string | undefined, label: string | undefined): SceneItem => {
    const title = label === undefined ? {} : { title: label };
    return { kind: "line", part: "rule", points, stroke: color ?? theme.rule, width: 1, ...title };
  };
  const across = hrules.flatMap((one) => {
    const y = Math.round(toY(ruleValue(definition, data, one.value), axes)) + 0.5;
    return Number.isNaN(y)
      ? []
      : [rule(Float64Array.of(plot.x, y, plot.x + plot.width, y), one.color, one.label)];
  });
  const down = vrules.flatMap((one) => {
    const { time: at } = one;
    const time =
      typeof at === "number"
        ? at
        : (figureIn(data.measured.columns.of(at.of), at, data.measured).when ?? Number.NaN);
    if (!(time >= start && time <= end)) return [];
    const right = plot.x + plot.width - 0.5;
    const x = Math.min(right, Math.round(plot.x + (time - start) * perSecond) + 0.5);
    const line = rule(Float64Array.of(x, plot.y, x, plot.y + plot.height), one.color, one.label);
    return [{ ...line, dash: [4, 2] } as SceneItem];
  });
  return [...across, ...down];
}
