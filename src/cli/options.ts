import { didYouMean, failed, ok, problem, type Result } from "../base/index.ts";

/** One option of a command: `--name`, `-letter`. */
export interface Option {
  readonly letter?: string;
  /** What stands for the value in help; none: a flag. */
  readonly value?: string;
  readonly choices?: readonly string[];
  readonly info: string;
}

export type Options = Readonly<Record<string, Option>>;

export interface Given {
  /** Option name -> its value; a flag is "". The last one counts. */
  readonly values: ReadonlyMap<string, string>;
  readonly words: readonly string[];
  /** What was not looked at: from the first word on (`stopAtWord`), or from `--` on. */
  readonly rest: readonly string[];
}

/**
 * Splits a command line into options and words: `--name value`, `--name=value`, `-n value`, `-abc` for flags, and
 * `--` before words that start with a dash. `foreign` says of an unknown option that somebody else will read it.
 */
export function readOptions(
  argv: readonly string[],
  options: Options,
  how: { stopAtWord?: boolean } = {},
): Result<Given> {
  const values = new Map<string, string>();
  const words: string[] = [];
  for (let at = 0; at < argv.length; at++) {
    const text = argv[at] ?? "";
    if (text === "--") return ok({ values, words, rest: argv.slice(at + 1) });
    if (!text.startsWith("-") || text === "-") {
      if (how.stopAtWord) return ok({ values, words, rest: argv.slice(at) });
      words.push(text);
      continue;
    }
    const found = findOption(text, options);
    if (found === undefined) return failed(unknownOption(text, options));
    for (const name of found.flags) values.set(name, "");
    const last = options[found.name];
    if (last?.value === undefined) {
      if (found.value !== undefined)
        return failed(problem("option-value", `option "--${found.name}" takes no value`));
      values.set(found.name, "");
      continue;
    }
    const value = found.value ?? argv[++at];
    if (value === undefined)
      return failed(problem("option-value", `option "--${found.name}" needs a value: ${last.value}`));
    if (last.choices !== undefined && !last.choices.includes(value)) {
      const known = last.choices.join(", ");
      return failed(
        problem(
          "option-value",
          `"${value}" is no value for "--${found.name}"${didYouMean(value, last.choices)}`,
          { notes: [`expected one of ${known}`] },
        ),
      );
    }
    values.set(found.name, value);
  }
  return ok({ values, words, rest: [] });
}

/** The option that `text` names, with flags of one letter before it (`-qo`), or undefined. */
export function findOption(
  text: string,
  options: Options,
): { name: string; flags: string[]; value: string | undefined } | undefined {
  if (text.startsWith("--")) {
    const equals = text.indexOf("=");
    const name = text.slice(2, equals < 0 ? undefined : equals);
    if (!Object.hasOwn(options, name)) return undefined;
    return { name, flags: [], value: equals < 0 ? undefined : text.slice(equals + 1) };
  }
  const flags: string[] = [];
  for (let at = 1; at < text.length; at++) {
    const name = Object.keys(options).find((candidate) => options[candidate]?.letter === text[at]);
    if (name === undefined) return undefined;
    const attached = text.slice(at + 1).replace(/^=/, "");
    if (options[name]?.value !== undefined)
      return { name, flags, value: attached === "" ? undefined : attached };
    if (attached === "") return { name, flags, value: undefined };
    flags.push(name);
  }
  return undefined;
}

function unknownOption(text: string, options: Options) {
  const name = text.replace(/=.*$/s, "");
  const known = Object.keys(options).map((option) => `--${option}`);
  return problem("unknown-option", `unknown option "${name}"${didYouMean(name, known)}`);
}

/** One line per option, for `--help`. */
export function optionLines(options: Options): string[] {
  const left = Object.entries(options).map(([name, { letter, value, choices }]) => {
    const argument = value === undefined ? "" : ` ${choices?.join("|") ?? value}`;
    return `${letter === undefined ? "    " : `-${letter}, `}--${name}${argument}`;
  });
  const width = Math.max(0, ...left.map((text) => text.length));
  return Object.values(options).map(({ info }, at) => `  ${(left[at] ?? "").padEnd(width)}  ${info}`);
}
