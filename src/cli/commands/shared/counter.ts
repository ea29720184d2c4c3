import { wholeNumber } from "./value.ts";
import type { SharedVerb } from "./verb.ts";

/** `add`: how the number changes the counter. */
function changing(usage: string, info: string, add: (by: bigint) => bigint): SharedVerb {
  return {
    usage,
    info,
    words: [1, 2],
    async run({ space, words: [name = "", by = "1"], print }) {
      print(await space.counter(name).increment(add(wholeNumber(by))));
      return 0;
    },
  };
}

export const counterVerbs: Readonly<Record<string, SharedVerb>> = {
  counters: {
    usage: "",
    info: "all counters",
    words: [0, 0],
    async run({ space, table }) {
      table((await space.counters()).map(({ name, value }) => ({ counter: name, value })));
      return 0;
    },
  },
  increment: changing("COUNTER [N]", "adds N (1) to a counter and prints it", (by) => by),
  decrement: changing("COUNTER [N]", "takes N (1) from a counter and prints it", (by) => -by),
};
