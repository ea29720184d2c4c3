import { consolidation, type Names, number } from "./element-values.ts";
import { type ElementWords, GraphFault, noMore } from "./element-words.ts";
import type { Element } from "./elements.ts";
import { figureFunctions, takesParameter } from "./figure-functions.ts";
import { parseRpn } from "./parse-rpn.ts";

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

export function readDefinition(words: ElementWords, names: Names): Element {
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

export function readComputation(words: ElementWords, names: Names): Element {
  const [name, expression] = readName(words.rest[0] ?? "", names, words);
  noMore(words, 1);
  const nodes = parseRpn(expression, names);
  names.set(name, "column");
  return { kind: "CDEF", name, nodes };
}

export function readFigure(words: ElementWords, names: Names): Element {
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

export function readShift(words: ElementWords, names: Names): Element {
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
