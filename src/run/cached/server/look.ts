import { openRrd, type RrdFile, rrdInfoText } from "../../../rrd/index.ts";
import {
  type Answer,
  type CommandContext,
  locate,
  type ProtocolCommand,
  refusal,
  usageOf,
  withLines,
} from "./command.ts";

export const info: ProtocolCommand = {
  usage: "INFO <filename>",
  help: [
    "Shows what the file holds: lines of <keyname> <type> <value>, where the type",
    "is 0 for a number, 1 for a whole number and 2 for a text.",
    "What is still waiting is not in it; FLUSH first.",
  ],
  inBatch: false,
  answer(context, [name]) {
    if (name === undefined) return usageOf(info);
    return look(context, name, (rrd) => {
      const lines = rrdInfoText(rrd.info()).trimEnd().split("\n");
      return withLines(`Info for ${rrd.path} follows`, lines.map(typed));
    });
  },
};

export const first: ProtocolCommand = {
  usage: "FIRST <filename> <rra index>",
  help: ["The time of the oldest row of an archive."],
  inBatch: false,
  answer(context, [name, index]) {
    if (name === undefined || index === undefined) return usageOf(first);
    return look(context, name, (rrd) => {
      const archive = rrd.info().archives[Number.parseInt(index, 10) || 0];
      return archive === undefined ? refusal("RRD Error: invalid rraindex number") : `0 ${archive.oldest}`;
    });
  },
};

export const last: ProtocolCommand = {
  usage: "LAST <filename>",
  help: ["The time of the newest update, also when it is still waiting."],
  inBatch: false,
  answer(context, [name]) {
    if (name === undefined) return usageOf(last);
    return look(context, name, (rrd) => {
      const waiting = context.cache.files.get(rrd.path)?.last ?? 0;
      return `0 ${Math.floor(Math.max(rrd.lastUpdate, waiting))}`;
    });
  },
};

/** Opens the file for one answer. */
export function look(
  context: CommandContext,
  name: string,
  answer: (rrd: RrdFile) => Answer,
  prefix = "RRD Error: ",
): Answer {
  const located = locate(context, name);
  if ("refused" in located) return located.refused;
  const opened = openRrd(located.path, { mode: "read", clock: context.clock });
  if (!opened.ok) {
    const [fault] = opened.problems;
    return refusal(
      prefix +
        (fault?.message.includes("ENOENT") === true
          ? `opening '${context.base.shown(name)}': No such file or directory`
          : (fault?.message ?? "")),
    );
  }
  try {
    return answer(opened.value);
  } finally {
    opened.value.close();
  }
}

/** `key = value` as `key type value`. */
function typed(line: string): string {
  const at = line.indexOf(" = ");
  const key = line.slice(0, at);
  const value = line.slice(at + 3);
  if (value.startsWith('"')) return `${key} 2 ${value.slice(1, -1)}`;
  return `${key} ${/^-?\d+$/.test(value) ? 1 : 0} ${value}`;
}
