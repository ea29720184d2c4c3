import { timeOf } from "../store/update-time.ts";
import { locate, type ProtocolCommand, refusal, usageOf } from "./command.ts";

export const ONE = "0 errors, enqueued 1 value(s).";

export const update: ProtocolCommand = {
  usage: "UPDATE <filename> <values> [<values> ...]",
  help: [
    "Takes values for a file; they are written later, many at once.",
    "",
    "Each <values> is <time>:<value>[:<value>...] with an absolute time,",
    "later than the one before.",
  ],
  inBatch: true,
  answer(context, words) {
    const [name] = words;
    if (name === undefined) return usageOf(update);
    const { cache, base } = context;
    cache.received++;
    const path = base.locate(name);
    // Symbolic links are followed once, when the file becomes known.
    let file = path === undefined ? undefined : cache.files.get(path);
    if (file === undefined) {
      const located = locate(context, name);
      if ("refused" in located) return located.refused;
      const looked = cache.files.look(located.path, base.shown(name));
      if (typeof looked === "string") return refusal(looked);
      file = looked;
    }
    cache.files.name(name, file);
    for (let index = 1; index < words.length; index++) {
      const values = words[index] ?? "";
      const at = timeOf(values);
      if (Number.isNaN(at)) return refusal(`Cannot find timestamp in '${values}'!`);
      if (!(at > file.last)) {
        return refusal(
          `illegal attempt to update using time ${at.toFixed(6)} when last update time is ${file.last.toFixed(6)} (minimum one second step)`,
        );
      }
      const bytes = Buffer.from(values);
      cache.take(file, bytes, 0, bytes.length, at);
    }
    if (words.length === 2) return ONE;
    return words.length === 1
      ? refusal("No values updated.")
      : `0 errors, enqueued ${words.length - 1} value(s).`;
  },
};
