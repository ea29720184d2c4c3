import { restoreRrd } from "../../../rrd/index.ts";
import { flag, type RrdVerb, refuse, takeApart } from "./world.ts";

export const restore: RrdVerb = (world, words) => {
  const given = takeApart(words, [flag("r", "range-check"), flag("f", "force-overwrite")]);
  if (!given.ok) return given;
  const [xml, file, more] = given.value.rest;
  if (xml === undefined || file === undefined || more !== undefined)
    return refuse("usage rrdtool restore [--range-check|-r] [--force-overwrite|-f] file.xml file.rrd");
  const source = world.path(xml);
  const path = world.path(file);
  const overwrite = given.value.given.has("force-overwrite");
  const locked = overwrite ? world.lockExisting(path) : undefined;
  if (locked?.ok === false) return locked;
  const restored = restoreRrd(source, path, {
    overwrite,
    rangeCheck: given.value.given.has("range-check"),
  });
  const unread = !restored.ok && restored.problems[0]?.message.startsWith(`cannot open "${source}"`);
  return unread ? refuse(`Could not create xml reader for: ${xml}`) : restored;
};
