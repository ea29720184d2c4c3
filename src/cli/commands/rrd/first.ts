import { ok, type Result } from "../../../base/index.ts";
import { printed } from "./last.ts";
import { orUnreached, withDaemon } from "./through-daemon.ts";
import { daemon, leadingInteger, option, type RrdVerb, type RrdWorld, refuse, takeApart } from "./world.ts";

export const first: RrdVerb = async (world, words) => {
  const given = takeApart(words, [daemon, option("", "rraindex")]);
  if (!given.ok) return printed(world, given);
  const index = leadingInteger(given.value.given.get("rraindex")?.at(-1) ?? "0");
  const [file] = given.value.rest;
  if (file === undefined)
    return printed(world, refuse("usage rrdtool first [--rraindex number] [--daemon|-d <addr>] file.rrd"));
  const asked = await withDaemon(world, given.value.given.get("daemon")?.at(-1), (server) =>
    server.askOf("FIRST", file, [String(index)]),
  );
  return orUnreached(
    asked,
    (answer) => printed(world, answer.ok ? ok(Number(answer.value.message)) : answer),
    () => printed(world, oldest(world, file, index)),
  );
};

function oldest(world: RrdWorld, file: string, index: number): Result<number> {
  const opened = world.open(file, "read");
  if (!opened.ok) return opened;
  const archive = opened.value.info().archives[index];
  opened.value.close();
  return archive === undefined ? refuse("invalid rraindex number") : ok(archive.oldest);
}
