import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { didYouMean } from "../base/index.ts";
import { createScriptsEarly } from "../engine/index.ts";
import { type Command, commands, laterCommands } from "./commands/table.ts";
import type { ExitCode, Io } from "./io.ts";
import { notYet, usageProblem, wrongUsage } from "./report.ts";

/** Finds the command that `argv` asks for and hands over to it. */
export async function main(io: Io): Promise<ExitCode> {
  const [first] = io.argv;
  if (first === undefined) return (await loaded("help"))(io, []).then(() => 2);
  if (first === "--help" || first === "-h") return (await loaded("help"))(io, io.argv.slice(1));
  if (first === "--version" || first === "-V") return (await loaded("version"))(io, []);
  // A block file needs no command before it; an option before the file is one of `run`'s.
  if (first.startsWith("-")) return (await loaded("run"))(io, io.argv);
  if (isBlockFile(io, first)) return runFile(io, first);
  if (Object.hasOwn(commands, first)) return (await loaded(first))(io, io.argv.slice(1));
  return wrongUsage(io, [unknownCommand(first)]);
}

/** The shortest way: what runs scripts starts before the rest of procblock is loaded. */
async function runFile(io: Io, file: string): Promise<ExitCode> {
  const early = createScriptsEarly(resolve(io.cwd, file));
  const { run } = await import("./commands/run.ts");
  return run(io, io.argv, early);
}

async function loaded(name: string): Promise<Command> {
  const entry = commands[name];
  if (entry === undefined) throw new Error(`Internal error: no command ${name}`);
  return entry.load();
}

/** A command's name wins over a file of that name, which can be given as `./run`. */
function isBlockFile(io: Io, word: string): boolean {
  if (/[/\\]|\.ya?ml$/i.test(word)) return true;
  return !Object.hasOwn(commands, word) && existsSync(resolve(io.cwd, word));
}

function unknownCommand(word: string) {
  if (laterCommands.includes(word)) {
    return notYet(word);
  }
  const nearest = didYouMean(word, Object.keys(commands));
  return usageProblem(`no command and no file is named "${word}"${nearest}`, [
    `commands: ${Object.keys(commands).join(", ")}`,
  ]);
}
