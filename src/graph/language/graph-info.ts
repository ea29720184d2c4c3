import { exponential } from "../../rrd/index.ts";
import type { CommandScene } from "./draw-command.ts";
import type { GraphSettings } from "./graph-settings.ts";
import { imageInfoText } from "./image-info.ts";
import type { LegendContent } from "./legend-entries.ts";

type Lines = readonly (readonly [key: string, value: string])[];

/** What `graphv` tells about a picture. */
export function infoLines(
  settings: GraphSettings,
  { prints, entries }: LegendContent,
  drawn: CommandScene | undefined,
): Lines {
  const lines: [string, string][] = prints.map((text, index) => [`print[${index}]`, `"${text}"`]);
  if (drawn === undefined) return lines;
  const { scene, axis, legend, legendTop } = drawn;
  const number = (key: string, value: number) => lines.push([key, String(Math.round(value))]);
  number("graph_left", scene.plot.x);
  number("graph_top", scene.plot.y);
  number("graph_width", scene.plot.width);
  number("graph_height", scene.plot.height);
  number("image_width", scene.width);
  number("image_height", scene.height);
  number("graph_start", settings.start);
  number("graph_end", settings.end);
  lines.push(["value_min", exponential(axis.low)], ["value_max", exponential(axis.high)]);
  const places = new Map(legend.placed.map((one) => [one.entry, one] as const));
  let index = 0;
  for (const entry of settings.noLegend || settings.onlyGraph ? [] : entries) {
    if (entry.text === "") continue;
    lines.push([`legend[${index}]`, `"${entry.text}"`]);
    const place = places.get(entry);
    if (place !== undefined) {
      const top = legendTop + place.y - settings.fonts.legend;
      const box = [place.x, top, place.x + place.width, top + settings.fonts.legend * 1.5];
      lines.push([`coords[${index}]`, `"${box.map(Math.round).join(",")}"`]);
    }
    index++;
  }
  if (settings.imageInfo !== undefined) {
    lines.push(["image_info", `"${imageInfoText(settings, scene.width, scene.height)}"`]);
  }
  return lines;
}
