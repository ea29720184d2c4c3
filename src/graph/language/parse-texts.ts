import { isConsolidation } from "../../rrd/index.ts";
import { consolidation, type Names, number } from "./element-values.ts";
import { type ElementWords, GraphFault, noMore } from "./element-words.ts";
import type { Alignment, Element } from "./elements.ts";

export const printFlags = ["strftime", "valstrftime", "valstrfduration"];

export function readPrint(words: ElementWords, names: Names): Element {
  const { verb, rest } = words;
  const [of = "", second, third] = rest;
  const kind = names.get(of);
  if (kind === undefined) throw new GraphFault(`undefined vname ${of}`);
  const as = printFlags.find((flag) => words.flags.has(flag)) ?? "number";
  const common = { kind: verb === "PRINT" ? "PRINT" : "GPRINT", of, as: as as "number" } as const;
  if (kind === "figure") {
    if (second === undefined) throw new GraphFault("No positional CF/FORMAT");
    noMore(words, 2);
    return { ...common, cf: undefined, format: second };
  }
  if (second !== undefined && !isConsolidation(second))
    throw new GraphFault(`bad CF for DEF/CDEF: ${second}`);
  if (second === undefined || third === undefined) throw new GraphFault("No positional CF/FORMAT");
  noMore(words, 3);
  return { ...common, cf: consolidation(second), format: third };
}

export function readComment(words: ElementWords): Element {
  const [text] = words.rest;
  if (text === undefined) throw new GraphFault("No positional CF/FORMAT");
  noMore(words, 1);
  return { kind: "COMMENT", text };
}

export function readTextAlign(words: ElementWords): Element {
  const [align = ""] = words.rest;
  if (!isAlignment(align)) throw new GraphFault(`Unknown alignment type '${align}'`);
  noMore(words, 1);
  return { kind: "TEXTALIGN", align };
}

function isAlignment(text: string): text is Alignment {
  return ["left", "right", "center", "justified"].includes(text);
}

export function readExport(words: ElementWords, names: Names): Element {
  const { rest, named, text } = words;
  const [of, legend = ""] = rest;
  if (of === undefined) throw new GraphFault("No positional VNAME");
  const kind = names.get(of);
  if (kind === undefined) {
    throw new GraphFault(
      number(of) === undefined
        ? `${of} is not a vname nor a number`
        : `Encountered unknown type variable '' in line '${text}'`,
    );
  }
  if (kind === "figure") throw new GraphFault(`Cannot shift a VDEF: '${of}' in line '${text}'`);
  noMore(words, named.has("legend") ? 1 : 2);
  return { kind: "XPORT", of, legend: named.get("legend") ?? legend };
}
