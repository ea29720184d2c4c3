import { type Calendar, wallTime } from "./calendar.ts";
import type { GraphDefinition } from "./definition.ts";
import type { Note, NoteFigure } from "./extras.ts";
import { figureIn } from "./figures.ts";
import { amountOf } from "./legend-rows.ts";
import type { Theme } from "./palette.ts";
import type { SceneItem } from "./scene.ts";
import { formatValue } from "./si.ts";
import { textItem } from "./text-item.ts";
import { fitText } from "./text-width.ts";
import { months, two } from "./time-axis.ts";
import type { Traces } from "./traces.ts";

const LINE = 15;
const SIZE = 10;

/** Room of the notes, with the gap above them. */
export function notesHeight(notes: readonly Note[]): number {
  return notes.length === 0 ? 0 : notes.length * LINE + 4;
}

/** The lines under the legend, `y` at the top of the first. */
export function drawNotes(
  definition: GraphDefinition,
  data: Traces,
  calendar: Calendar,
  { x, y, width }: { readonly x: number; readonly y: number; readonly width: number },
  theme: Theme,
): SceneItem[] {
  return definition.notes.map((note, index) => {
    const whole = note.parts
      .map((part) => (typeof part === "string" ? part : figureText(definition, data, calendar, part)))
      .join("");
    const left = { left: x, center: x + width / 2, right: x + width }[note.align];
    const anchor = { left: "start", center: "middle", right: "end" } as const;
    const look = { size: SIZE, fill: theme.text, anchor: anchor[note.align] };
    return textItem("note", fitText(whole, SIZE, width), left, y + 4 + index * LINE + 11, look);
  });
}

function figureText(
  { base, units }: GraphDefinition,
  data: Traces,
  calendar: Calendar,
  figure: NoteFigure,
): string {
  const { value, when } = figureIn(data.measured.columns.of(figure.of), figure, data.measured);
  if (!figure.time) return formatValue(value, base, figure.figure === "TOTAL" ? amountOf(units) : units);
  if (when === undefined) return "–";
  const wall = wallTime(calendar, when);
  return `${wall.day} ${months[wall.month - 1]} ${two(wall.hour)}:${two(wall.minute)}`;
}
