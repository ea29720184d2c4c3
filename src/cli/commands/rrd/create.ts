import { createFromArguments, takeFirstWord } from "../../../rrd/index.ts";
import { withDaemon, withoutDaemon } from "./through-daemon.ts";
import { daemon, flag, option, type RrdVerb, refuse, takeApart } from "./world.ts";

const options = [
  daemon,
  option("b", "start"),
  option("s", "step"),
  option("t", "template"),
  option("r", "source"),
  flag("O", "no-overwrite"),
];

export const create: RrdVerb = async (world, words) => {
  const given = takeApart(words, options);
  if (!given.ok) return given;
  const { first: file, others } = takeFirstWord(words, options);
  if (file === undefined) return refuse("need name of an rrd file to create");
  world.warnOfTimes(given.value.given.get("start") ?? []);
  const own = withoutDaemon(others);
  const asked = await withDaemon(world, given.value.given.get("daemon")?.at(-1), (server) =>
    server.askOf("CREATE", file, own),
  );
  // Without a daemon in reach rrdtool makes the file itself and says nothing.
  if (asked !== undefined && (asked.ok || asked.problems[0]?.code !== "rrdcached-unreachable")) return asked;
  if (asked?.ok === false) world.warn(`${asked.problems[0]?.message}: the file is made here`);
  const path = world.path(file);
  const locked = world.lockExisting(path);
  if (!locked.ok) return locked;
  const made = createFromArguments(path, own, {
    now: world.now,
    name: file,
    resolve: (name) => world.path(name),
  });
  if (made.ok) for (const { message } of made.warnings) world.warn(message);
  if (made.ok || made.problems[0]?.code !== "rrd-storage") return made;
  // rrdtool, too, writes another file first, and speaks of that.
  return refuse("Cannot create temporary file");
};
