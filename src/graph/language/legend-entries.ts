import type { Calendar } from "../calendar.ts";
import type { Computed } from "./compute.ts";
import { GraphFault } from "./element-words.ts";
import type { Alignment, Element } from "./elements.ts";
import type { GraphSettings } from "./graph-settings.ts";
import type { PrefixMemory } from "./number-format.ts";
import { newMemory, type PrintContext, printText } from "./print.ts";

/** What a text ends with: `\l` and its like say how the row is set that ends here. */
export type Control = "l" | "r" | "c" | "j" | "g" | "t" | "s" | "u" | "";

export interface LegendEntry {
  /** As rrdtool reports it: two blanks stand where the coloured box is, but for ticks. */
  readonly text: string;
  /** As it is drawn, with room for every box. */
  readonly shown: string;
  readonly control: Control;
  readonly mark: { readonly kind: "box" | "line" | "rule" | "upright"; readonly colour: string } | undefined;
  readonly align: Alignment | undefined;
}

export interface LegendContent {
  readonly prints: readonly string[];
  readonly entries: readonly LegendEntry[];
}

/** What PRINT and GPRINT say, and the legend, in the order of the elements. */
export function legendEntries(
  elements: readonly Element[],
  computed: Computed,
  settings: GraphSettings,
  context: { readonly calendar: Calendar; readonly now: number },
): LegendContent {
  const memory: PrefixMemory = newMemory();
  const printing: PrintContext = { ...context, base: settings.base, memory };
  const prints: string[] = [];
  const entries: LegendEntry[] = [];
  let align: Alignment | undefined;
  const add = (text: string, mark?: LegendEntry["mark"]) => {
    const entry = entryOf(text, mark, align);
    if (entry !== undefined) entries.push(entry);
  };
  for (const element of elements) {
    switch (element.kind) {
      case "PRINT":
        prints.push(printText(element, computed, printing));
        break;
      case "GPRINT": {
        // The control code belongs to the format, and a time format must not see it.
        const [format, code] = cutControl(element.format);
        add(printText({ ...element, format }, computed, printing) + code);
        break;
      }
      case "COMMENT":
        add(element.text);
        break;
      case "TEXTALIGN":
        align = element.align;
        break;
      case "LINE":
      case "AREA": {
        const kind = element.kind === "LINE" ? "line" : "box";
        if (element.legend !== "")
          add(`  ${element.legend}`, { kind, colour: element.colour ?? "#00000000" });
        break;
      }
      case "TICK":
        if (element.legend !== "") add(element.legend, { kind: "upright", colour: element.colour });
        break;
      case "HRULE":
        if (element.legend !== "" && (settings.forceRules || seenAcross(element.of, computed, settings))) {
          add(`  ${element.legend}`, { kind: "rule", colour: element.colour ?? "#00000000" });
        }
        break;
      case "VRULE":
        if (element.legend !== "" && (settings.forceRules || seenDown(element.of, computed, settings))) {
          add(`  ${element.legend}`, { kind: "upright", colour: element.colour ?? "#00000000" });
        }
        break;
      case "XPORT":
        add(element.legend);
        break;
      default:
    }
  }
  return { prints, entries };
}

const controls = new Set(["l", "r", "c", "j", "g", "t", "s", "u", "n"]);

function cutControl(text: string): [text: string, code: string] {
  return text.at(-2) === "\\" ? [text.slice(0, -2), text.slice(-2)] : [text, ""];
}

function entryOf(
  text: string,
  mark: LegendEntry["mark"],
  align: Alignment | undefined,
): LegendEntry | undefined {
  const [said, code] = cutControl(text);
  const letter = code.slice(1);
  if (code !== "" && !controls.has(letter)) {
    throw new GraphFault(`Unknown control code at the end of '${text}'`);
  }
  const control = (letter === "n" ? "l" : letter) as Control;
  // A text that is glued to the next one loses its own blanks; so does an empty line.
  const shown = control === "g" ? said.trimEnd() : said;
  // A tab at the end is one within the text.
  const whole = control === "t" ? `${shown}\t` : shown;
  const tabbed = whole.replaceAll("\\t", "\t");
  if (tabbed === "" && control === "") return undefined;
  const shownText = mark !== undefined && !tabbed.startsWith("  ") ? `  ${tabbed}` : tabbed;
  return { text: tabbed, shown: shownText, control: control === "t" ? "" : control, mark, align };
}

function seenAcross(
  of: Extract<Element, { kind: "HRULE" }>["of"],
  computed: Computed,
  { lower, upper, rigid }: GraphSettings,
): boolean {
  const value = of.kind === "number" ? of.value : (computed.figures.get(of.name)?.value ?? Number.NaN);
  if (!rigid) return true;
  return !(lower !== undefined && value < lower) && !(upper !== undefined && value > upper);
}

function seenDown(
  of: Extract<Element, { kind: "VRULE" }>["of"],
  computed: Computed,
  { start, end }: GraphSettings,
): boolean {
  const time = of.kind === "number" ? of.value : (computed.figures.get(of.name)?.when ?? Number.NaN);
  return !(time < start) && !(time > end);
}
