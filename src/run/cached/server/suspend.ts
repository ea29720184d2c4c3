import type { CachedFile } from "../store/cached-file.ts";
import { type CommandContext, locate, type ProtocolCommand, refusal, usageOf } from "./command.ts";

export const suspend: ProtocolCommand = {
  usage: "SUSPEND <filename>",
  help: ["Keeps what comes for the file in memory until RESUME or RESUMEALL."],
  inBatch: false,
  answer: (context, [name]) => {
    if (name === undefined) return usageOf(suspend);
    const found = find(context, name);
    if (typeof found === "string") return found;
    if (found.suspended) return refusal(`${found.path} already suspended`);
    found.suspended = true;
    return `0 ${found.path} suspended`;
  },
};

export const resume: ProtocolCommand = {
  usage: "RESUME <filename>",
  help: ["Writes to the file again after SUSPEND or SUSPENDALL."],
  inBatch: false,
  answer: (context, [name]) => {
    if (name === undefined) return usageOf(resume);
    const found = find(context, name);
    if (typeof found === "string") return found;
    if (!found.suspended) return refusal(`${found.path} not suspended`);
    found.suspended = false;
    return `0 ${found.path} resumed`;
  },
};

export const suspendAll: ProtocolCommand = {
  usage: "SUSPENDALL",
  help: ["Suspends every file that is known."],
  inBatch: false,
  answer: (context) => `0 ${turn(context, true)} rrds suspend`,
};

export const resumeAll: ProtocolCommand = {
  usage: "RESUMEALL",
  help: ["Resumes every file that is suspended."],
  inBatch: false,
  answer: (context) => `0 ${turn(context, false)} rrds resumed`,
};

function find(context: CommandContext, name: string): CachedFile | string {
  const located = locate(context, name);
  if ("refused" in located) return located.refused;
  return (
    context.cache.files.get(located.path) ??
    refusal(`${context.base.shown(name)} - No such file or directory`)
  );
}

function turn({ cache }: CommandContext, suspended: boolean): number {
  let count = 0;
  for (const file of cache.files.all()) {
    if (file.suspended === suspended) continue;
    file.suspended = suspended;
    count++;
  }
  return count;
}
