import { timeOf } from "../store/update-time.ts";
import {
  type Answer,
  type CommandContext,
  locate,
  type ProtocolCommand,
  refusal,
  usageOf,
} from "./command.ts";

const ONE = "0 errors, enqueued 1 value(s).";

/**
 * `UPDATE name time:values` of a known file, the line that comes a thousand times as often as any other, without
 * taking it apart. It stands in `text`, which has neither backslashes nor tabs, and in `bytes` at the same place; what
 * is kept is copied from the bytes, as a piece of the text would keep all of it. undefined: not that simple.
 */
export function updateQuickly(
  { cache }: CommandContext,
  text: string,
  bytes: Buffer,
  from: number,
  stop: number,
): Answer | undefined {
  const blank = text.indexOf(" ", from + 7);
  if (blank < 0 || blank >= stop) return undefined;
  const another = text.indexOf(" ", blank + 1);
  if (another >= 0 && another < stop) return undefined;
  const file = cache.files.named(text.slice(from + 7, blank));
  if (file === undefined) return undefined;
  const update = bytes.toString("latin1", blank + 1, stop);
  const at = timeOf(update);
  if (!(at > file.last)) return undefined;
  cache.received++;
  cache.take(file, update, at);
  return ONE;
}

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
      cache.take(file, values, at);
    }
    if (words.length === 2) return ONE;
    return words.length === 1
      ? refusal("No values updated.")
      : `0 errors, enqueued ${words.length - 1} value(s).`;
  },
};
