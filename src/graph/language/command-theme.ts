import { type Theme, themes } from "../palette.ts";
import type { GraphSettings } from "./graph-settings.ts";

export function themeOf({ colours }: GraphSettings): Theme {
  const { light } = themes;
  const font = colours.get("FONT");
  const axis = colours.get("AXIS");
  const back = colours.get("BACK");
  return {
    ...light,
    background: back ?? light.background,
    // A plot that was left as it is on a ground that was changed would be a pale patch.
    plot: colours.get("CANVAS") ?? (back === undefined ? light.plot : "#ffffff"),
    grid: colours.get("MGRID") ?? light.grid,
    minorGrid: colours.get("GRID") ?? light.minorGrid,
    axis: axis ?? light.axis,
    title: font ?? light.title,
    text: font ?? light.text,
    muted: font ?? light.muted,
  };
}
