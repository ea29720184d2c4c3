import { locate, type ProtocolCommand, refusal, usageOf, withLines } from "./command.ts";

export const pending: ProtocolCommand = {
  usage: "PENDING <filename>",
  help: ["Shows what is waiting for the file, oldest first."],
  inBatch: false,
  answer({ cache, base }, [name]) {
    if (name === undefined) return usageOf(pending);
    const path = base.locate(name);
    const file = path === undefined ? undefined : cache.files.get(path);
    return withLines("updates pending", file?.updates.texts() ?? []);
  },
};

export const forget: ProtocolCommand = {
  usage: "FORGET <filename>",
  help: ["Removes the file from the cache.", "What is waiting for it is lost."],
  inBatch: true,
  answer(context, [name]) {
    if (name === undefined) return usageOf(forget);
    const located = locate(context, name);
    if ("refused" in located) return located.refused;
    const file = context.cache.files.get(located.path);
    if (file === undefined) return refusal("No such file or directory");
    context.cache.forget(file);
    return "0 Gone!";
  },
};

export const queue: ProtocolCommand = {
  usage: "QUEUE",
  help: ["Shows the files that are about to be written, each as <num_vals> <filename>."],
  inBatch: false,
  answer({ cache }) {
    const lines: string[] = [];
    for (const file of cache.files.all()) if (file.queued) lines.push(`${file.updates.count} ${file.path}`);
    return withLines("in queue.", lines);
  },
};
