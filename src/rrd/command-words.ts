/** Options of an rrdtool command line, taken apart as rrdtool does: short and long, anywhere among the other words. */
export interface CommandOption {
  readonly short: string;
  readonly long: string;
  readonly takesValue: boolean;
}

export function readWords<Long extends string>(
  words: readonly string[],
  options: readonly (CommandOption & { readonly long: Long })[],
): { given: Map<Long, string[]>; rest: string[] } | { fault: string } {
  const given = new Map<Long, string[]>();
  const rest: string[] = [];
  const add = (long: Long, value: string) => given.set(long, [...(given.get(long) ?? []), value]);
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
      if (option === undefined) return { fault: `invalid option -- '${name}'` };
      if (!option.takesValue) {
        if (equals >= 0) return { fault: `option takes no arguments -- '${name}'` };
        add(option.long, "");
        continue;
      }
      const value = equals < 0 ? words[++index] : word.slice(equals + 1);
      if (value === undefined) return { fault: `option requires an argument -- '${name}'` };
      add(option.long, value);
    } else if (word.startsWith("-") && word.length > 1) {
      for (let at = 1; at < word.length; at++) {
        const letter = word[at] ?? "";
        const option = options.find(({ short }) => short === letter);
        if (option === undefined) return { fault: `invalid option -- '${letter}'` };
        if (!option.takesValue) {
          add(option.long, "");
          continue;
        }
        const value = at + 1 < word.length ? word.slice(at + 1) : words[++index];
        if (value === undefined) return { fault: `option requires an argument -- '${letter}'` };
        add(option.long, value);
        break;
      }
    } else rest.push(word);
  }
  return { given, rest };
}
