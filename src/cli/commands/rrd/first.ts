import { ok, type Result } from "../../../base/index.ts";
import { daemon, leadingInteger, option, type RrdVerb, type RrdWorld, refuse, takeApart } from "./world.ts";

export const first: RrdVerb = (world, words) => {
  const time = oldest(world, words);
  // Programs that read only standard output learn of the failure by this.
  world.print(`${time.ok ? time.value : -1}\n`);
  return time;
};

function oldest(world: RrdWorld, words: readonly string[]): Result<number> {
  const given = takeApart(words, [daemon, option("", "rraindex")]);
  if (!given.ok) return given;
  const index = leadingInteger(given.value.given.get("rraindex")?.at(-1) ?? "0");
  const [file] = given.value.rest;
  if (file === undefined)
    return refuse("usage rrdtool first [--rraindex number] [--daemon|-d <addr>] file.rrd");
  const opened = world.open(file, "read");
  if (!opened.ok) return opened;
  const archive = opened.value.info().archives[index];
  opened.value.close();
  return archive === undefined ? refuse("invalid rraindex number") : ok(archive.oldest);
}
