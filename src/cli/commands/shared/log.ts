import { plainOf } from "../../../unidist/index.ts";
import { linesOf } from "./lines.ts";
import { valueOfWord } from "./value.ts";
import { type SharedVerb, WrongCall } from "./verb.ts";

export const logVerbs: Readonly<Record<string, SharedVerb>> = {
  logs: {
    usage: "",
    info: "all logs",
    words: [0, 0],
    async run({ space, table }) {
      table((await space.logs()).map(({ name, length }) => ({ log: name, length })));
      return 0;
    },
  },
  append: {
    usage: "LOG VALUE|- [--text]",
    info: "adds an entry to a log; with - every line of standard input",
    words: [2, 2],
    options: ["text"],
    async run({ io, space, words: [name = "", value = ""], option }) {
      const append = (word: string) =>
        space.log(name).append(valueOfWord(word, option("text") !== undefined));
      if (value !== "-") await append(value);
      else for await (const line of linesOf(io.stdin)) await append(line);
      return 0;
    },
  },
  tail: {
    usage: "LOG [-n N] [-f] [--since TIME] [--text]",
    info: "the newest N (10) entries, oldest first; -f: and what comes, until Ctrl-C",
    words: [1, 1],
    options: ["lines", "follow", "since", "text"],
    async run({ io, space, words: [name = ""], option, count, signal, print }) {
      const lines = count("lines");
      const since = option("since");
      const at = since === undefined ? undefined : momentOf(since, io.clock.wall() / 1000);
      const entries = space.log(name).tail({
        signal,
        follow: option("follow") !== undefined,
        ...(lines === undefined ? {} : { lines }),
        ...(at === undefined ? {} : { since: at }),
      });
      for await (const { position, time, entry } of entries)
        print(option("text") === undefined ? { position, time, entry: plainOf(entry) } : plainOf(entry));
      return 0;
    },
  },
};

/** Epoch seconds, or so long ago. */
function momentOf(text: string, now: number): number {
  const match = /^(\d+(?:\.\d+)?)(s|m|h|d)?$/.exec(text);
  if (match === null) throw new WrongCall(`"${text}" is no time: epoch seconds, or 10m, 2h, 1d ago`);
  const units = { s: 1, m: 60, h: 3600, d: 86_400 };
  const [, number, unit] = match;
  return unit === undefined ? Number(number) : now - Number(number) * units[unit as keyof typeof units];
}
