import { ok } from "../../../base/index.ts";
import { daemon, type RrdVerb, refuse, takeApart } from "./world.ts";

export const lastupdate: RrdVerb = (world, words) => {
  const given = takeApart(words, [daemon]);
  if (!given.ok) return given;
  const [file, more] = given.value.rest;
  if (file === undefined || more !== undefined)
    return refuse("Usage: rrdtool lastupdate [--daemon|-d <addr>] <file>");
  const opened = world.open(file, "read");
  if (!opened.ok) return opened;
  const { lastUpdate, dataSources } = opened.value.info();
  opened.value.close();
  const names = dataSources.map(({ name }) => ` ${name}`).join("");
  const readings = dataSources.map(({ lastReading }) => ` ${lastReading}`).join("");
  world.print(Buffer.from(`${names}\n\n${lastUpdate}:${readings}\n`, "latin1"));
  return ok(undefined);
};
