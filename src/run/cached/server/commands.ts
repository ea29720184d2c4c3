import { type ProtocolCommand, withLines } from "./command.ts";
import { create } from "./create.ts";
import { fetch, fetchBinary } from "./fetch.ts";
import { flush, flushAll } from "./flush.ts";
import { list } from "./list.ts";
import { first, info, last } from "./look.ts";
import { ping, stats } from "./state.ts";
import { resume, resumeAll, suspend, suspendAll } from "./suspend.ts";
import { update } from "./update.ts";
import { forget, pending, queue } from "./waiting.ts";

const help: ProtocolCommand = {
  usage: "HELP [<command>]",
  help: [],
  inBatch: false,
  answer(_, [name = ""]) {
    const upper = name.toUpperCase();
    const named = commands.get(upper);
    if (named?.help === undefined)
      return withLines(
        "Command overview",
        [...commands.values()].flatMap((each) => (each.help === undefined ? [] : each.usage)),
      );
    const more = named.help.length === 0 ? [] : ["", ...named.help];
    return withLines(`Help for ${upper}`, [`Usage: ${named.usage}`, ...more, ""]);
  },
};

/** Answered by the session itself. */
const batch: ProtocolCommand = {
  usage: "BATCH",
  help: [
    "Begins a series of commands that are answered together: after a line with",
    "a single dot follow the number of errors and a line for each, beginning",
    "with the number of its command.",
  ],
  inBatch: false,
  answer: () => "0 Go ahead.  End with dot '.' on its own line.",
};

/** Answered by the session itself. */
const quit: ProtocolCommand = {
  usage: "QUIT",
  help: ["Ends the connection."],
  inBatch: true,
  answer: () => "",
};

const wrote: ProtocolCommand = {
  usage: "WROTE <filename>",
  help: undefined,
  inBatch: false,
  answer: () => "-1 Can't use 'WROTE' here.",
};

export const commands: ReadonlyMap<string, ProtocolCommand> = new Map([
  ["UPDATE", update],
  ["FLUSH", flush],
  ["FLUSHALL", flushAll],
  ["PENDING", pending],
  ["FORGET", forget],
  ["QUEUE", queue],
  ["STATS", stats],
  ["HELP", help],
  ["PING", ping],
  ["BATCH", batch],
  ["FETCH", fetch],
  ["FETCHBIN", fetchBinary],
  ["INFO", info],
  ["FIRST", first],
  ["LAST", last],
  ["CREATE", create],
  ["LIST", list],
  ["SUSPEND", suspend],
  ["RESUME", resume],
  ["SUSPENDALL", suspendAll],
  ["RESUMEALL", resumeAll],
  ["QUIT", quit],
  ["WROTE", wrote],
]);
