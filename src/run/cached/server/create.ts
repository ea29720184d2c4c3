import { existsSync, mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { createRrd, parseCreateArguments } from "../../../rrd/index.ts";
import { locate, type ProtocolCommand, refusal, usageOf } from "./command.ts";

export const create: ProtocolCommand = {
  usage: "CREATE <filename> [-b start] [-s step] [-O] <DS definitions> <RRA definitions>",
  help: [
    "Makes an RRD file; -O: not where one is already.",
    "The start is in epoch seconds, the step in seconds (default 300);",
    "DS and RRA as rrdtool create takes them.",
  ],
  inBatch: false,
  answer(context, words) {
    const [name, ...rest] = words;
    if (name === undefined) return usageOf(create);
    const located = locate(context, name);
    if ("refused" in located) return located.refused;
    const parsed = parseCreateArguments(rest, context.clock.wall() / 1000);
    if (!parsed.ok) {
      const message = parsed.problems[0]?.message ?? "";
      if (/^(can't parse argument|invalid option)/.test(message)) return usageOf(create);
      return refusal(
        /^start time|after 1980/.test(message)
          ? "The first entry must be after 1980."
          : `RRD Error: ${message}`,
      );
    }
    const { definition, noOverwrite } = parsed.value;
    const folder = dirname(located.path);
    if (!existsSync(folder)) {
      if (!context.makeFolders)
        return refusal(`No permission to recursively create: ${folder}\nDid you pass -R to the daemon?`);
      try {
        mkdirSync(folder, { recursive: true });
      } catch (error) {
        return refusal(`RRD Error: ${(error as Error).message}`);
      }
    }
    if (noOverwrite && existsSync(located.path))
      return refusal(`RRD Error: creating '${context.base.shown(name)}': File exists`);
    // What waits belongs to the file that is replaced.
    const known = context.cache.files.get(located.path);
    if (known !== undefined) context.cache.forget(known);
    const created = createRrd(located.path, definition, { overwrite: !noOverwrite });
    return created.ok ? "0 RRD created OK" : refusal(`RRD Error: ${created.problems[0]?.message}`);
  },
};
