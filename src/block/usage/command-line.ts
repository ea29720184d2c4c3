import {
  didYouMean,
  emptyMapping,
  failed,
  type Mapping,
  mergeInto,
  ok,
  type Plain,
  type Problem,
  problem,
  type Result,
  setKey,
} from "../../base/index.ts";
import type { Usage, UsageOption } from "../types.ts";

/** A block's own command line, checked against its `__usage`. */
export interface CommandLine {
  readonly args: readonly Plain[];
  readonly options: Mapping;
  /** What the block starts with: `args`, then every named argument and every option. */
  readonly inputData: Mapping;
}

/** `argv` is what stands behind the file's name. All problems at once. */
export function parseCommandLine(usage: Usage, argv: readonly string[]): Result<CommandLine> {
  const words = usage.declared ? readDeclared(usage, argv) : readFree(argv);
  const problems = [...words.problems];
  const inputData = emptyMapping();
  const args: Plain[] = [...words.args];
  setKey(inputData, "args", args);
  if (usage.declared) problems.push(...nameArguments(usage, words.args, inputData));
  mergeInto(inputData, words.options);
  return problems.length > 0 ? failed(...problems) : ok({ args, options: words.options, inputData });
}

interface Words {
  readonly args: Plain[];
  readonly options: Mapping;
  readonly problems: Problem[];
}

/** Without `__usage`: `--key value` and `--key=value` are data, `--key` alone is true, the rest are arguments. */
function readFree(argv: readonly string[]): Words {
  const args: Plain[] = [];
  const options = emptyMapping();
  for (let index = 0; index < argv.length; index++) {
    const word = argv[index] ?? "";
    if (word === "--") {
      args.push(...argv.slice(index + 1).map(typed));
      break;
    }
    if (!/^--[^=]/.test(word)) {
      args.push(typed(word));
      continue;
    }
    const equals = word.indexOf("=");
    const next = argv[index + 1];
    if (equals > 0) setKey(options, word.slice(2, equals), typed(word.slice(equals + 1)));
    else if (next === undefined || next.startsWith("--")) setKey(options, word.slice(2), true);
    else {
      setKey(options, word.slice(2), typed(next));
      index++;
    }
  }
  return { args, options, problems: [] };
}

/** `5` is a number, `true` a truth; `007` and `1.10` stay texts: as numbers they would not read the same. */
function typed(word: string): Plain {
  if (word === "true" || word === "false") return word === "true";
  const number = Number(word);
  return word !== "" && Number.isFinite(number) && String(number) === word ? number : word;
}

function readDeclared(usage: Usage, argv: readonly string[]): Words {
  const words: Words = { args: [], options: emptyMapping(), problems: [] };
  for (const option of usage.options.values()) {
    const value = option.default ?? (option.type === "flag" ? false : undefined);
    if (value !== undefined) setKey(words.options, option.name, value);
  }
  for (let index = 0; index < argv.length; index++) {
    const word = argv[index] ?? "";
    if (word === "--") {
      words.args.push(...argv.slice(index + 1));
      break;
    }
    if (word.startsWith("--")) index += readLong(usage, words, word, argv[index + 1]);
    else if (/^-[^\d.-]/.test(word)) index += readLetters(usage, words, word, argv[index + 1]);
    else words.args.push(word);
  }
  return words;
}

/** How many more words were used up: 0 or 1. */
function readLong(usage: Usage, words: Words, word: string, next: string | undefined): number {
  const equals = word.indexOf("=");
  const name = equals < 0 ? word.slice(2) : word.slice(2, equals);
  const option = usage.options.get(name);
  if (option === undefined) {
    const positive = name.startsWith("no-") ? usage.options.get(name.slice(3)) : undefined;
    if (positive?.type === "flag" && equals < 0) {
      setKey(words.options, positive.name, false);
      return 0;
    }
    const names = [...usage.options.keys()];
    const notes = names.length > 0 ? [`known: ${names.map((one) => `--${one}`).join(", ")}`] : [];
    const message = `unknown option "--${name}"${didYouMean(
      `--${name}`,
      names.map((one) => `--${one}`),
    )}`;
    words.problems.push(problem("unknown-option", message, { notes }));
    return 0;
  }
  if (equals >= 0) {
    assign(words, option, word.slice(equals + 1), `--${name}`);
    return 0;
  }
  return take(words, option, next, `--${name}`);
}

/** `-v`, `-vx`, `-n5`, `-n 5`. */
function readLetters(usage: Usage, words: Words, word: string, next: string | undefined): number {
  const options = [...usage.options.values()];
  for (let at = 1; at < word.length; at++) {
    const letter = word[at] ?? "";
    const option = options.find((one) => one.letter === letter);
    if (option === undefined) {
      words.problems.push(problem("unknown-option", `unknown option "-${letter}"`));
      return 0;
    }
    if (option.type === "flag") {
      setKey(words.options, option.name, true);
      continue;
    }
    const rest = word.slice(at + 1);
    if (rest === "") return take(words, option, next, `-${letter}`);
    assign(words, option, rest.replace(/^=/, ""), `-${letter}`);
    return 0;
  }
  return 0;
}

function take(words: Words, option: UsageOption, next: string | undefined, shown: string): number {
  if (option.type === "flag") {
    setKey(words.options, option.name, true);
    return 0;
  }
  if (next === undefined || (next.startsWith("-") && !/^-[\d.]/.test(next) && next !== "-")) {
    const what = option.type === "number" ? "a number" : "a value";
    words.problems.push(problem("missing-value", `option "${shown}" needs ${what}`));
    return 0;
  }
  assign(words, option, next, shown);
  return 1;
}

function assign(words: Words, option: UsageOption, text: string, shown: string): void {
  const value = converted(option, text, shown);
  if (typeof value === "object") words.problems.push(value);
  else setKey(words.options, option.name, value);
}

function converted(option: UsageOption, text: string, shown: string): string | number | boolean | Problem {
  switch (option.type) {
    case "value":
      return text;
    case "flag":
      if (text === "true" || text === "false") return text === "true";
      return problem("bad-value", `option "${shown}" takes no value, not "${text}"`);
    case "number": {
      const number = Number(text);
      if (text.trim() !== "" && Number.isFinite(number)) return number;
      return problem("bad-value", `option "${shown}" needs a number, not "${text}"`);
    }
  }
}

function nameArguments(usage: Usage, args: readonly Plain[], inputData: Mapping): Problem[] {
  const problems: Problem[] = [];
  let index = 0;
  for (const argument of usage.args) {
    const left = args.slice(index);
    index = argument.remaining ? args.length : index + 1;
    if (left.length === 0 && argument.required) {
      problems.push(problem("missing-argument", `argument ${argument.name} is missing`));
      continue;
    }
    const value = argument.remaining
      ? left.length > 0
        ? left
        : (argument.default ?? [])
      : (left[0] ?? argument.default);
    if (value !== undefined) setKey(inputData, argument.name, value);
  }
  for (const extra of args.slice(index)) {
    problems.push(problem("extra-argument", `unexpected argument ${JSON.stringify(extra)}`));
  }
  return problems;
}
