import { mix } from "./colour.ts";
import type { GraphColors, GraphDefinition, GraphTheme } from "./definition.ts";

/** The colours of everything that is not data. */
export interface Theme {
  readonly background: string;
  readonly plot: string;
  readonly grid: string;
  readonly minorGrid: string;
  readonly axis: string;
  readonly title: string;
  readonly text: string;
  readonly muted: string;
  readonly rule: string;
}

export const themes: Readonly<Record<GraphTheme, Theme>> = {
  light: {
    background: "#ffffff",
    plot: "#fbfcfd",
    grid: "#dfe4ea",
    minorGrid: "#eef1f4",
    axis: "#8b96a5",
    title: "#1b222c",
    text: "#38414e",
    muted: "#677384",
    rule: "#d7263d",
  },
  dark: {
    background: "#14171c",
    plot: "#191d23",
    grid: "#303742",
    minorGrid: "#22272f",
    axis: "#6d7887",
    title: "#f0f3f7",
    text: "#c9d1db",
    muted: "#919caa",
    rule: "#ff6b7d",
  },
};

/** Told apart with every common kind of colour blindness (after Okabe and Ito), neighbours far from each other. */
const safe: Readonly<Record<GraphTheme, readonly string[]>> = {
  light: ["#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00", "#b5a100", "#6b7480"],
  dark: ["#4aa8e0", "#f0b030", "#2fc096", "#e08fbf", "#8fd0f5", "#f07b30", "#e5d84a", "#a3adb9"],
};

/** The colours of the first graphs of 2010. */
const rem = ["#ea644a", "#ec9d48", "#ecd748", "#54ec48", "#48c4ec", "#7648ec", "#de48ec", "#96a0ac"];

/** The colour of each name drawn: its own, then the given list, then the palette; a repeated palette changes shade. */
export function fieldColours(definition: GraphDefinition, names: readonly string[]): string[] {
  const { colors, looks, palette, theme } = definition;
  const own = palette === "rem" ? rem : safe[theme];
  const towards = theme === "light" ? "#000000" : "#ffffff";
  return names.map((name, index) => {
    const chosen = Object.hasOwn(looks, name) ? looks[name]?.color : undefined;
    if (chosen !== undefined) return chosen;
    if (isList(colors)) {
      const given = colors[index % Math.max(1, colors.length)];
      if (given !== undefined) return given;
    } else if (Object.hasOwn(colors, name)) return colors[name] ?? "#808080";
    const round = Math.floor(index / own.length);
    const colour = own[index % own.length] ?? "#808080";
    return round === 0 ? colour : mix(colour, towards, Math.min(0.6, round * 0.3));
  });
}

function isList(colors: GraphColors): colors is readonly string[] {
  return Array.isArray(colors);
}
