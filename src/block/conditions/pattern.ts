import { internalError, ProblemError, problem } from "../../base/index.ts";
import { type PatternError, type PatternNode, readPattern } from "./pattern-syntax.ts";

/**
 * A regular expression that cannot be made slow: it is compiled to a list of instructions, and all ways through it are
 * followed side by side, character by character (Thompson's construction). Time grows with text × pattern, never more.
 *
 * The subset: characters, `.`, `[a-z]`, `[^…]`, `\d \w \s \D \W \S`, `\b \B`, `\n \r \t \f \v \0`, `\xHH`, `\uHHHH`,
 * `\u{…}`, `\p{…}`, `^`, `$`, `( … )`, `(?: … )`, `|`, `* + ? {n} {n,} {n,m}` (with or without a trailing `?`), and `(?i)` at
 * the start. No back-references and no looking ahead or behind: these are what makes other engines slow.
 */
export interface Pattern {
  readonly text: string;
  /** Whether the pattern occurs anywhere in the text. */
  matches(text: string): boolean;
  /** Whether the pattern describes the text from its first to its last character. */
  matchesWhole(text: string): boolean;
}

type Instruction =
  | { readonly op: "character"; readonly test: (character: string) => boolean }
  | { readonly op: "assert"; readonly what: "start" | "end" | "word" | "not-word" }
  | { readonly op: "split"; first: number; second: number }
  | { readonly op: "jump"; to: number }
  | { readonly op: "end" };

const MOST_INSTRUCTIONS = 5_000;
/** Instructions × characters: about a second. */
const MOST_WORK = 200_000_000;

export function parsePattern(text: string): Pattern | PatternError {
  const syntax = readPattern(text);
  if ("message" in syntax) return syntax;
  const program: Instruction[] = [];
  if (!emit(syntax.node, program)) {
    return { message: `pattern is too large: more than ${MOST_INSTRUCTIONS} states`, offset: 0 };
  }
  program.push({ op: "end" });
  const run = (subject: string, whole: boolean) => simulate(program, text, subject, whole);
  return { text, matches: (subject) => run(subject, false), matchesWhole: (subject) => run(subject, true) };
}

/** False when the program became too large. */
function emit(node: PatternNode, program: Instruction[]): boolean {
  if (program.length > MOST_INSTRUCTIONS) return false;
  switch (node.kind) {
    case "character":
      program.push({ op: "character", test: node.test });
      return true;
    case "assert":
      program.push({ op: "assert", what: node.what });
      return true;
    case "sequence":
      return node.items.every((item) => emit(item, program));
    case "choice": {
      const jumps: { op: "jump"; to: number }[] = [];
      for (const [index, item] of node.items.entries()) {
        if (index === node.items.length - 1) {
          if (!emit(item, program)) return false;
          break;
        }
        const split = { op: "split" as const, first: program.length + 1, second: 0 };
        program.push(split);
        if (!emit(item, program)) return false;
        const jump = { op: "jump" as const, to: 0 };
        program.push(jump);
        jumps.push(jump);
        split.second = program.length;
      }
      for (const jump of jumps) jump.to = program.length;
      return true;
    }
    case "repeat": {
      for (let count = 0; count < node.least; count++) {
        const before = program.length;
        if (!emit(node.item, program)) return false;
        // What is empty stays empty, however often it is repeated.
        if (program.length === before) return true;
      }
      if (node.most === Number.POSITIVE_INFINITY) {
        const start = program.length;
        const split = { op: "split" as const, first: start + 1, second: 0 };
        program.push(split);
        if (!emit(node.item, program)) return false;
        program.push({ op: "jump", to: start });
        split.second = program.length;
        return true;
      }
      const splits: { second: number }[] = [];
      for (let count = node.least; count < node.most; count++) {
        const split = { op: "split" as const, first: program.length + 1, second: 0 };
        program.push(split);
        splits.push(split);
        if (!emit(node.item, program)) return false;
        if (program.length === split.first) break;
      }
      for (const split of splits) split.second = program.length;
      return true;
    }
  }
}

function simulate(program: readonly Instruction[], pattern: string, text: string, whole: boolean): boolean {
  if (text.length * program.length > MOST_WORK) {
    throw new ProblemError([
      problem(
        "pattern-work",
        `text of ${text.length} characters is too long for the pattern ${JSON.stringify(pattern)}`,
      ),
    ]);
  }
  const lastSeen = new Int32Array(program.length).fill(-1);
  let states: number[] = [];
  let at = 0;
  for (let step = 0; ; step++) {
    const code = text.codePointAt(at);
    const character = code === undefined ? "" : String.fromCodePoint(code);
    const reached: number[] = [];
    const pending = states;
    if (step === 0 || !whole) pending.push(0);
    let found = false;
    // Follow everything that consumes nothing.
    while (pending.length > 0) {
      const index = pending.pop() ?? 0;
      if (lastSeen[index] === step) continue;
      lastSeen[index] = step;
      const instruction = program[index];
      if (instruction === undefined) throw internalError("pattern program ends early");
      switch (instruction.op) {
        case "end":
          if (!whole || code === undefined) found = true;
          break;
        case "jump":
          pending.push(instruction.to);
          break;
        case "split":
          pending.push(instruction.second, instruction.first);
          break;
        case "assert":
          if (holds(instruction.what, text, at)) pending.push(index + 1);
          break;
        case "character":
          reached.push(index);
          break;
      }
    }
    if (found) return true;
    if (code === undefined) return false;
    states = [];
    for (const index of reached) {
      const instruction = program[index];
      if (instruction?.op === "character" && instruction.test(character)) states.push(index + 1);
    }
    if (whole && states.length === 0) return false;
    at += character.length;
  }
}

function holds(what: "start" | "end" | "word" | "not-word", text: string, at: number): boolean {
  if (what === "start") return at === 0;
  if (what === "end") return at === text.length;
  const boundary = isWord(text[at - 1]) !== isWord(text[at]);
  return what === "word" ? boundary : !boundary;
}

function isWord(character: string | undefined): boolean {
  return character !== undefined && /\w/.test(character);
}
