import type { Plain } from "../../../base/index.ts";
import { plainOf } from "../../../unidist/index.ts";
import { valueOfWord, wholeNumber } from "./value.ts";
import type { SharedVerb } from "./verb.ts";

/** With one name they are about a counter, with bucket and key about an entry. */
export const stateVerbs: Readonly<Record<string, SharedVerb>> = {
  state: {
    usage: "[BUCKET]",
    info: "all buckets, or all entries of one",
    words: [0, 1],
    async run({ space, words: [bucket], print, table }) {
      if (bucket === undefined)
        table((await space.states()).map(({ name, keys }) => ({ bucket: name, keys })));
      else print(plainOf(await space.state(bucket).entries()));
      return 0;
    },
  },
  get: {
    usage: "COUNTER | BUCKET KEY",
    info: "a counter, or an entry of a bucket (exit code 1: not there)",
    words: [1, 2],
    async run({ space, words: [name = "", key], print }) {
      if (key === undefined) {
        print(await space.counter(name).get());
        return 0;
      }
      const value = await space.state(name).get(key);
      if (value === undefined) return 1;
      print(plainOf(value));
      return 0;
    },
  },
  set: {
    usage: "COUNTER N | BUCKET KEY VALUE [--expiry TIME] [--text]",
    info: "sets a counter or an entry; VALUE is JSON, or else text",
    words: [2, 3],
    options: ["expiry", "text"],
    async run({ space, words: [name = "", key = "", value], option, seconds }) {
      if (value === undefined) {
        await space.counter(name).set(wholeNumber(key));
        return 0;
      }
      const expiry = seconds("expiry");
      const given = valueOfWord(value, option("text") !== undefined);
      if (expiry === undefined) await space.state(name).set(key, given);
      else await space.state(name).setWithExpiry(key, given, expiry);
      return 0;
    },
  },
  delete: {
    usage: "BUCKET KEY",
    info: "deletes an entry (exit code 1: was not there)",
    words: [2, 2],
    async run({ space, words: [bucket = "", key = ""] }) {
      return (await space.state(bucket).delete(key)) ? 0 : 1;
    },
  },
  watch: {
    usage: "BUCKET [KEY | PREFIX*]",
    info: "what is there, then every change, until Ctrl-C",
    words: [1, 2],
    async run({ space, words: [bucket = "", key = "*"], signal, print }) {
      for await (const change of space.state(bucket).watch(key, signal)) {
        const shown: Record<string, Plain> = { key: change.key };
        if (change.value === undefined) shown.deleted = true;
        else shown.value = plainOf(change.value);
        print(shown);
      }
      return 0;
    },
  },
};
