import type { Names } from "./element-values.ts";
import { cutAtColons, type ElementWords, GraphFault, readElement } from "./element-words.ts";
import type { Element } from "./elements.ts";
import { readComputation, readDefinition, readFigure, readShift } from "./parse-definitions.ts";
import { readDrawn, readRule, readTick } from "./parse-drawn.ts";
import { printFlags, readComment, readExport, readPrint, readTextAlign } from "./parse-texts.ts";

/** Line lengths, numbers of elements: what nobody needs more of. */
const MOST_ELEMENTS = 10_000;

/** Reads the elements in their order; a name must be defined before it is used. Throws `GraphFault`. */
export function parseElements(texts: readonly string[]): Element[] {
  if (texts.length > MOST_ELEMENTS) throw new GraphFault(`at most ${MOST_ELEMENTS} graph elements are taken`);
  const names: Names = new Map();
  const elements: Element[] = [];
  let drawn: "LINE" | "AREA" | undefined;
  for (const text of texts) {
    const element = parseElement(text, names, drawn);
    if (element.kind === "LINE" || element.kind === "AREA") drawn = element.kind;
    elements.push(element);
  }
  return elements;
}

interface Reader {
  readonly keys: readonly string[];
  readonly flags: readonly string[];
  readonly read: (words: ElementWords, names: Names, drawn: "LINE" | "AREA" | undefined) => Element;
}

const drawnKeys = ["legend", "dashes", "dash-offset", "gradheight"];

const drawnFlags = ["STACK", "skipscale", "dashes"];

const ruleFlags = ["dashes"];

const readers: Readonly<Record<string, Reader>> = {
  DEF: { keys: ["step", "start", "end", "reduce", "daemon"], flags: [], read: readDefinition },
  CDEF: { keys: [], flags: [], read: readComputation },
  VDEF: { keys: [], flags: [], read: readFigure },
  SHIFT: { keys: [], flags: [], read: readShift },
  LINE: { keys: drawnKeys, flags: drawnFlags, read: readDrawn },
  AREA: { keys: drawnKeys, flags: drawnFlags, read: readDrawn },
  STACK: { keys: drawnKeys, flags: drawnFlags, read: readDrawn },
  TICK: { keys: ["legend"], flags: [], read: readTick },
  HRULE: { keys: ["legend", "dashes", "dash-offset"], flags: ruleFlags, read: readRule },
  VRULE: { keys: ["legend", "dashes", "dash-offset"], flags: ruleFlags, read: readRule },
  PRINT: { keys: [], flags: printFlags, read: readPrint },
  GPRINT: { keys: [], flags: printFlags, read: readPrint },
  COMMENT: { keys: [], flags: [], read: readComment },
  TEXTALIGN: { keys: [], flags: [], read: readTextAlign },
  XPORT: { keys: ["legend"], flags: [], read: readExport },
};

function parseElement(text: string, names: Names, drawn: "LINE" | "AREA" | undefined): Element {
  const parts = cutAtColons(text);
  const verb = parts[0] ?? "";
  const reader = readers[verb.startsWith("LINE") ? "LINE" : verb];
  if (reader === undefined || !Object.hasOwn(readers, verb.startsWith("LINE") ? "LINE" : verb)) {
    throw new GraphFault(`'${verb}' is not a valid function name in ${text}`);
  }
  return reader.read(readElement(text, parts, reader.keys, reader.flags), names, drawn);
}
