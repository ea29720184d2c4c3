import { createFromArguments, takeFirstWord } from "../../../rrd/index.ts";
import { daemon, flag, option, type RrdVerb, refuse, takeApart } from "./world.ts";

const options = [
  daemon,
  option("b", "start"),
  option("s", "step"),
  option("t", "template"),
  option("r", "source"),
  flag("O", "no-overwrite"),
];

export const create: RrdVerb = (world, words) => {
  const given = takeApart(words, options);
  if (!given.ok) return given;
  const { first: file, others } = takeFirstWord(words, options);
  if (file === undefined) return refuse("need name of an rrd file to create");
  world.warnOfTimes(given.value.given.get("start") ?? []);
  const made = createFromArguments(world.path(file), others, {
    now: world.now,
    name: file,
    resolve: (name) => world.path(name),
  });
  if (made.ok) for (const { message } of made.warnings) world.warn(message);
  if (made.ok || made.problems[0]?.code !== "rrd-storage") return made;
  // rrdtool, too, writes another file first, and speaks of that.
  return refuse("Cannot create temporary file");
};
