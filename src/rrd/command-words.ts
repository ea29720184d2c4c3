/** Options of an rrdtool command line, taken apart as rrdtool does: short and long, anywhere among the other words. */
export interface CommandOption {
  /** "" = none. */
  readonly short: string;
  readonly long: string;
  readonly takesValue: boolean;
}

export interface CommandWords<Long extends string> {
  readonly given: ReadonlyMap<Long, readonly string[]>;
  /** The options as they stood, for commands where the order counts. */
  readonly ordered: readonly { readonly long: Long; readonly value: string }[];
  readonly rest: readonly string[];
}

/** With a fault come the options before it: some commands have acted on them by then. */
export function readWords<Long extends string>(
  words: readonly string[],
  options: readonly (CommandOption & { readonly long: Long })[],
): CommandWords<Long> | (Pick<CommandWords<Long>, "ordered"> & { readonly fault: string }) {
  const given = new Map<Long, string[]>();
  const ordered: { long: Long; value: string }[] = [];
  const rest: string[] = [];
  const add = (long: Long, value: string) => {
    given.set(long, [...(given.get(long) ?? []), value]);
    ordered.push({ long, value });
  };
  for (let index = 0; index < words.length; index++) {
    const word = words[index] ?? "";
    if (word === "--") {
      rest.push(...words.slice(index + 1));
      break;
    }
    if (word.startsWith("--")) {
      const equals = word.indexOf("=");
      const name = word.slice(2, equals < 0 ? undefined : equals);
      const option = options.find(({ long }) => long === name);
      if (option === undefined) return { fault: `invalid option -- '${word.slice(2)}'`, ordered };
      if (!option.takesValue) {
        if (equals >= 0) return { fault: `option takes no arguments -- '${name}'`, ordered };
        add(option.long, "");
        continue;
      }
      const value = equals < 0 ? words[++index] : word.slice(equals + 1);
      if (value === undefined) return { fault: `option requires argument -- '${name}'`, ordered };
      add(option.long, value);
    } else if (word.startsWith("-") && word.length > 1) {
      for (let at = 1; at < word.length; at++) {
        const letter = word[at] ?? "";
        const option = options.find(({ short }) => short === letter);
        if (option === undefined) return { fault: `invalid option -- '${letter}'`, ordered };
        if (!option.takesValue) {
          add(option.long, "");
          continue;
        }
        const value = at + 1 < word.length ? word.slice(at + 1) : words[++index];
        if (value === undefined) return { fault: `option requires an argument -- '${letter}'`, ordered };
        add(option.long, value);
        break;
      }
    } else rest.push(word);
  }
  return { given, ordered, rest };
}

/**
 * The words without the first that is no option (the file, usually), and that word. Words that cannot be read are left
 * to the command itself.
 */
export function takeFirstWord(
  words: readonly string[],
  options: readonly CommandOption[],
): { readonly first: string | undefined; readonly others: readonly string[] } {
  for (let index = 0; index < words.length; index++) {
    const word = words[index] ?? "";
    if (word === "--") {
      const first = words[index + 1];
      return { first, others: first === undefined ? words : words.toSpliced(index + 1, 1) };
    }
    if (!word.startsWith("-") || word === "-") return { first: word, others: words.toSpliced(index, 1) };
    const takes = word.startsWith("--")
      ? !word.includes("=") && options.some(({ long, takesValue }) => takesValue && `--${long}` === word)
      : options.some(({ short, takesValue }) => takesValue && short !== "" && word.endsWith(short));
    if (takes) index++;
  }
  return { first: undefined, others: words };
}
