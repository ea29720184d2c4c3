import { ok, type Result } from "../../../base/index.ts";
import { afterFlush } from "./through-daemon.ts";
import { daemon, type RrdVerb, type RrdWorld, refuse, takeApart } from "./world.ts";

export const lastupdate: RrdVerb = (world, words) => {
  const given = takeApart(words, [daemon]);
  if (!given.ok) return given;
  const [file, more] = given.value.rest;
  if (file === undefined || more !== undefined)
    return refuse("Usage: rrdtool lastupdate [--daemon|-d <addr>] <file>");
  return afterFlush(world, given.value.given.get("daemon")?.at(-1), file, () => print(world, file));
};

function print(world: RrdWorld, file: string): Result<void> {
  const opened = world.open(file, "read");
  if (!opened.ok) return opened;
  const { lastUpdate, dataSources } = opened.value.info();
  opened.value.close();
  const names = dataSources.map(({ name }) => ` ${name}`).join("");
  const readings = dataSources.map(({ lastReading }) => ` ${lastReading}`).join("");
  world.print(Buffer.from(`${names}\n\n${lastUpdate}:${readings}\n`, "latin1"));
  return ok(undefined);
}
