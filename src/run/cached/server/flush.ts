import { existsSync } from "node:fs";
import { type CommandContext, locate, type ProtocolCommand, refusal, usageOf } from "./command.ts";

export const flush: ProtocolCommand = {
  usage: "FLUSH <filename>",
  help: ["Writes what is waiting for the file, and answers when it is written."],
  inBatch: true,
  answer(context, [name]) {
    if (name === undefined) return usageOf(flush);
    const { cache, base } = context;
    cache.flushes++;
    const located = locate(context, name);
    if ("refused" in located) return located.refused;
    const file = cache.files.get(located.path);
    if (file === undefined) {
      return existsSync(located.path)
        ? `0 Nothing to flush: ${base.shown(name)}.`
        : refusal(`No such file: ${base.shown(name)}.`);
    }
    // No refusal: who flushes before reading goes on to read.
    if (file.suspended && file.updates.count > 0) return `0 Not flushed, suspended: ${base.shown(name)}.`;
    const fault = cache.flush(file);
    return fault === undefined ? `0 Successfully flushed ${base.shown(name)}.` : refusal(fault);
  },
};

export const flushAll: ProtocolCommand = {
  usage: "FLUSHALL",
  help: ["Begins to write everything that is waiting, and answers at once."],
  inBatch: true,
  answer({ cache }) {
    cache.flushAll();
    return "0 Started flush.";
  },
};

/** Before a file is read; undefined, or why what waits could not be written. */
export function flushFor({ cache }: CommandContext, path: string): string | undefined {
  const file = cache.files.get(path);
  return file === undefined ? undefined : cache.flush(file);
}
