import { ok, type Result } from "../../../base/index.ts";
import { daemon, type RrdVerb, type RrdWorld, refuse, takeApart } from "./world.ts";

export const last: RrdVerb = (world, words) => {
  const time = newest(world, words);
  world.print(`${time.ok ? time.value : -1}\n`);
  return time;
};

function newest(world: RrdWorld, words: readonly string[]): Result<number> {
  const given = takeApart(words, [daemon]);
  if (!given.ok) return given;
  const [file, more] = given.value.rest;
  if (file === undefined || more !== undefined)
    return refuse("Usage: rrdtool last [--daemon|-d <addr>] <file>");
  const opened = world.open(file, "read");
  if (!opened.ok) return opened;
  const { lastUpdate } = opened.value.info();
  opened.value.close();
  return ok(lastUpdate);
}
