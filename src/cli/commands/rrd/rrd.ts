import { didYouMean, type Result } from "../../../base/index.ts";
import type { Command } from "../table.ts";
import { errorWords } from "./error-words.ts";
import { isVerb, rrdUsage, verbUsage } from "./usage.ts";
import { verbs } from "./verbs.ts";
import { RrdWorld, refuse } from "./world.ts";

/** What rrdtool has not. Loaded when called. */
const ownCommands: Readonly<Record<string, () => Promise<Command>>> = {
  convert: async () => (await import("./convert.ts")).convert,
  daemon: async () => (await import("./daemon.ts")).daemon,
  migrate: async () => (await import("./migrate.ts")).migrate,
};

/** `procblock rrd COMMAND …`, `procblock rrd -` */
export const rrd: Command = async (io, argv) => {
  const [verb, topic] = argv;
  const own = verb === "help" ? topic : verb;
  const ownCommand = own !== undefined && Object.hasOwn(ownCommands, own) ? ownCommands[own] : undefined;
  if (ownCommand !== undefined) return (await ownCommand())(io, verb === "help" ? ["--help"] : argv.slice(1));
  if (verb === undefined || verb === "--help" || verb === "-h" || verb === "help") {
    io.stdout.write(rrdUsage(topic !== undefined && isVerb(topic) ? topic : undefined));
    return verb === undefined ? 2 : 0;
  }
  const world = new RrdWorld(io, verb === "-");
  if (verb === "-" && argv.length <= 2) return (await import("./pipe.ts")).pipe(world, topic);
  // What is given to all commands of procblock means nothing here.
  const words = argv.filter((word) => word !== "--no-color");
  const done = await obey(world, words).finally(() => world.unlock());
  if (done.ok) return 0;
  tellErrors(world, done, io.stderr);
  return 1;
};

/** Runs one command; a name alone asks how it is called, as with rrdtool. */
export async function obey(world: RrdWorld, words: readonly string[]): Promise<Result<unknown>> {
  const [verb = "", ...rest] = words;
  if (!isVerb(verb)) {
    // Programs that drive a session compare texts; only a person gains by a suggestion.
    const nearest = world.remote ? "" : didYouMean(verb, Object.keys(verbUsage));
    return refuse(`unknown function '${verb}'${nearest}`);
  }
  if (rest.length === 0 || (rest.length === 1 && rest[0] === "--help")) {
    world.print(rrdUsage(verb));
    return { ok: true, value: undefined, warnings: [] };
  }
  return (await verbs[verb]())(world, rest);
}

export function tellErrors(
  world: RrdWorld,
  result: Result<unknown>,
  output: { write(text: string): void },
): void {
  if (result.ok) return;
  for (const problem of result.problems) output.write(`ERROR: ${errorWords(problem, world.names)}\n`);
}
