import { length, type Names, number, operand, splitColours } from "./element-values.ts";
import { type ElementWords, GraphFault, noMore } from "./element-words.ts";
import type { Dashes, Element } from "./elements.ts";

const MOST_DASHES = 64;

/** STACK may stand where the legend would. */
export function readDrawn(words: ElementWords, names: Names, drawn: "LINE" | "AREA" | undefined): Element {
  const { verb, rest, named, text } = words;
  const legacyStack = verb === "STACK";
  if (legacyStack && drawn === undefined) throw new GraphFault(`No previous LINE or AREA found for ${text}`);
  const kind = legacyStack ? (drawn ?? "AREA") : verb === "AREA" ? "AREA" : "LINE";
  const [first = "", legend] = rest;
  if (rest.length === 0) throw new GraphFault("No positional VALUE");
  noMore(words, named.has("legend") ? 1 : 2);
  const { what, colours } = splitColours(first);
  if (kind === "LINE" && colours.length > 1) throw new GraphFault(`a LINE has one colour: ${text}`);
  const gradient = colours[1];
  const height = named.get("gradheight");
  return {
    kind,
    legacyStack,
    of: operand(what, names),
    width: legacyStack ? 1 : kind === "LINE" ? lineWidth(verb.slice(4)) : 0,
    colour: colours[0],
    gradient:
      gradient === undefined
        ? undefined
        : { colour: gradient, height: height === undefined ? 50 : gradientHeight(height) },
    legend: named.get("legend") ?? legend ?? "",
    stacked: legacyStack || words.flags.has("STACK"),
    skipScale: words.flags.has("skipscale"),
    dashes: readDashes(words),
  };
}

function gradientHeight(text: string): number {
  const value = number(text);
  if (value === undefined || Math.abs(value) > 100_000)
    throw new GraphFault(`Could not parse number: ${text}`);
  return value;
}

function lineWidth(text: string): number {
  if (text === "") return 1;
  const width = number(text);
  if (width === undefined || !(width > 0) || width > 1000) throw new GraphFault(`Bad line width: ${text}`);
  return width;
}

export function readTick(words: ElementWords, names: Names): Element {
  const { rest, named } = words;
  const [first = "", fraction, legend = ""] = rest;
  const { what, colours } = splitColours(first);
  const kind = names.get(what);
  if (kind !== "column") throw new GraphFault(`${what} is no DEF or CDEF in line ${words.text}`);
  if (fraction === undefined) throw new GraphFault("No positional FRACTION");
  noMore(words, named.has("legend") ? 2 : 3);
  const share = fraction === "" ? 0.1 : number(fraction);
  if (share === undefined || !Number.isFinite(share))
    throw new GraphFault(`error parsing number ${fraction}`);
  const [tint = "#000000"] = colours;
  return { kind: "TICK", of: what, colour: tint, fraction: share, legend: named.get("legend") ?? legend };
}

export function readRule(words: ElementWords, names: Names): Element {
  const { verb, rest, named, text } = words;
  const [first = "", legend = ""] = rest;
  const { what, colours } = splitColours(first);
  const of = operand(what, names);
  if (of.kind === "column") throw new GraphFault(`Using vname ${what} of wrong type in line ${text}`);
  noMore(words, named.has("legend") ? 1 : 2);
  return {
    kind: verb === "HRULE" ? "HRULE" : "VRULE",
    of,
    colour: colours[0],
    legend: named.get("legend") ?? legend,
    dashes: readDashes(words),
  };
}

function readDashes({ named, flags }: ElementWords): Dashes | undefined {
  const text = named.get("dashes") ?? (flags.has("dashes") ? "5" : undefined);
  if (text === undefined) {
    if (named.has("dash-offset")) throw new GraphFault("dash-offset= needs dashes=");
    return undefined;
  }
  const lengths = text.split(",").map((part) => length(part));
  if (lengths.length > MOST_DASHES) throw new GraphFault(`at most ${MOST_DASHES} dashes are taken`);
  if (!lengths.some((one) => one > 0)) throw new GraphFault("dashes= needs a length above 0");
  // One length or an odd number of them: once more, so that dashes and gaps take turns.
  const pattern = lengths.length % 2 === 1 ? [...lengths, ...lengths] : lengths;
  return { pattern, offset: length(named.get("dash-offset") ?? "0") };
}
