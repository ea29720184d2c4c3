import { type Consolidation, isConsolidation, parseNumber } from "../../rrd/index.ts";
import { cutAtColons, type ElementWords, GraphFault, noMore, readElement } from "./element-words.ts";
import type { Alignment, Dashes, Element, Operand } from "./elements.ts";
import { figureFunctions, takesParameter } from "./figure-functions.ts";
import { type NameKind, parseRpn } from "./parse-rpn.ts";

/** Line lengths, numbers of elements: what nobody needs more of. */
const MOST_ELEMENTS = 10_000;
const MOST_DASHES = 64;

type Names = Map<string, NameKind>;

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
const printFlags = ["strftime", "valstrftime", "valstrfduration"];

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

/** `name=what` of DEF, CDEF and VDEF. */
function readName(word: string, names: Names, { text }: ElementWords): [name: string, what: string] {
  const equals = word.indexOf("=");
  if (equals < 0) throw new GraphFault(`Could not parse the name of ${text}`);
  const name = word.slice(0, equals);
  if (!/^[-A-Za-z0-9_]{1,255}$/.test(name)) {
    throw new GraphFault(`'${name}' in ${text} is no name: letters, digits, "-" and "_" are`);
  }
  if (names.has(name)) throw new GraphFault(`trying to reuse vname ${name}`);
  return [name, word.slice(equals + 1)];
}

function readDefinition(words: ElementWords, names: Names): Element {
  const { rest, named, text } = words;
  const [first = "", source, cf] = rest;
  if (named.has("daemon")) {
    throw new GraphFault(`daemon= is not supported: flush the file first (in ${text})`);
  }
  if (!first.includes("=") || source === undefined)
    throw new GraphFault(`No argument for definition of DS in ${text}`);
  if (cf === undefined) throw new GraphFault(`No argument for definition of CF in ${text}`);
  const [name, file] = readName(first, names, words);
  noMore(words, 3);
  const step = named.get("step");
  if (step !== undefined && !/^[1-9]\d{0,9}$/.test(step)) throw new GraphFault(`Bad step value: ${step}`);
  const function_ = consolidation(cf);
  names.set(name, "column");
  return {
    kind: "DEF",
    name,
    file,
    source,
    cf: function_,
    reduce: consolidation(named.get("reduce") ?? cf),
    step: Number(step ?? 0),
    start: named.get("start"),
    end: named.get("end"),
  };
}

function consolidation(text: string): Consolidation {
  if (!isConsolidation(text)) throw new GraphFault(`bad CF: ${text}`);
  return text;
}

function readComputation(words: ElementWords, names: Names): Element {
  const [name, expression] = readName(words.rest[0] ?? "", names, words);
  noMore(words, 1);
  const nodes = parseRpn(expression, names);
  names.set(name, "column");
  return { kind: "CDEF", name, nodes };
}

function readFigure(words: ElementWords, names: Names): Element {
  const [name, expression] = readName(words.rest[0] ?? "", names, words);
  noMore(words, 1);
  const comma = expression.indexOf(",");
  if (comma < 0) throw new GraphFault(`Comma expected in VDEF definition ${expression}`);
  const of = expression.slice(0, comma);
  const kind = names.get(of);
  if (kind === undefined) throw new GraphFault(`Not a valid vname: ${of} in line ${expression}`);
  if (kind !== "column") throw new GraphFault(`variable '${of}' not DEF nor CDEF in VDEF '${expression}'`);
  const rest = expression.slice(comma + 1);
  const match = /^(?:([+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?),)?([A-Z]{1,29})(,.*)?$/is.exec(rest);
  const word = match?.[2] ?? "";
  if (match === null || word !== word.toUpperCase() || (match[1] === undefined && match[3] !== undefined)) {
    const known = /^[+-]?[\d.]/.test(rest);
    throw new GraphFault(
      known ? `Unknown function '' in VDEF '${name}'` : `Unknown function string '${rest}' in VDEF '${name}'`,
    );
  }
  const calculate = figureFunctions.find((one) => one === word);
  if (calculate === undefined) throw new GraphFault(`Unknown function '${word}' in VDEF '${name}'`);
  const parameter = match[1] === undefined ? undefined : Number(match[1]);
  if (takesParameter(calculate)) {
    if (parameter === undefined) throw new GraphFault(`Function '${word}' needs parameter in VDEF '${name}'`);
    if (parameter < 0 || parameter > 100) {
      throw new GraphFault(`Parameter '${parameter.toFixed(6)}' out of range in VDEF '${name}'`);
    }
  } else if (parameter !== undefined) {
    throw new GraphFault(`Function '${word}' needs no parameter in VDEF '${name}'`);
  }
  names.set(name, "figure");
  return { kind: "VDEF", name, of, calculate, parameter: parameter ?? 0 };
}

function readShift(words: ElementWords, names: Names): Element {
  const [name = "", by] = words.rest;
  const kind = names.get(name);
  if (kind === undefined) throw new GraphFault(`vname ${name} not found`);
  if (kind === "figure") throw new GraphFault(`Cannot shift a VDEF: '${name}' in line '${words.text}'`);
  if (by === undefined) throw new GraphFault("No shift given");
  noMore(words, 2);
  const other = names.get(by);
  if (other === "column") throw new GraphFault(`'${by}' is no VDEF in line '${words.text}'`);
  if (other === "figure") return { kind: "SHIFT", name, by };
  const seconds = number(by);
  if (seconds === undefined || !Number.isSafeInteger(Math.trunc(seconds))) {
    throw new GraphFault(`error parsing number ${by}`);
  }
  return { kind: "SHIFT", name, by: seconds };
}

function number(text: string): number | undefined {
  const value = parseNumber(text);
  return typeof value === "number" && text !== "" ? value : undefined;
}

function operand(text: string, names: Names): Operand {
  const kind = names.get(text);
  if (kind !== undefined) return { kind, name: text };
  const value = number(text);
  if (value === undefined) throw new GraphFault(`${text} is not a vname nor a number`);
  return { kind: "number", value };
}

/** `name#colour#colour`, each colour optional. */
function splitColours(word: string): { what: string; colours: string[] } {
  const [what = "", ...colours] = word.split("#");
  return { what, colours: colours.map(colour) };
}

/** `RRGGBB`, `RRGGBBAA`, or one digit each. */
export function colour(digits: string): string {
  const text = digits.toLowerCase();
  if (/^[0-9a-f]{6}(?:[0-9a-f]{2})?$/.test(text)) return `#${text}`;
  if (/^[0-9a-f]{3,4}$/.test(text)) return `#${text.replaceAll(/./g, "$&$&")}`;
  throw new GraphFault(`'#${digits}' is no colour: #RRGGBB and #RRGGBBAA are`);
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

function length(text: string): number {
  const value = number(text);
  if (value === undefined || !(value >= 0) || value > 10_000)
    throw new GraphFault(`Could not parse number: ${text}`);
  return value;
}

/** STACK may stand where the legend would. */
function readDrawn(words: ElementWords, names: Names, drawn: "LINE" | "AREA" | undefined): Element {
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

function readTick(words: ElementWords, names: Names): Element {
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

function readRule(words: ElementWords, names: Names): Element {
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

function readPrint(words: ElementWords, names: Names): Element {
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

function readComment(words: ElementWords): Element {
  const [text] = words.rest;
  if (text === undefined) throw new GraphFault("No positional CF/FORMAT");
  noMore(words, 1);
  return { kind: "COMMENT", text };
}

function readTextAlign(words: ElementWords): Element {
  const [align = ""] = words.rest;
  if (!isAlignment(align)) throw new GraphFault(`Unknown alignment type '${align}'`);
  noMore(words, 1);
  return { kind: "TEXTALIGN", align };
}

function isAlignment(text: string): text is Alignment {
  return ["left", "right", "center", "justified"].includes(text);
}

function readExport(words: ElementWords, names: Names): Element {
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
