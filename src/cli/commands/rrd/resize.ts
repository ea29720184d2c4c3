import { resizeRrd } from "../../../rrd/index.ts";
import { leadingInteger, type RrdVerb, refuse } from "./world.ts";

/** Where the copy goes: into the current directory, wherever the file is. */
const COPY = "resize.rrd";

export const resize: RrdVerb = (world, words) => {
  const [file, archive, direction, rows] = words;
  if (
    file === undefined ||
    archive === undefined ||
    direction === undefined ||
    rows === undefined ||
    words.length > 4
  )
    return refuse("wrong number of parameters");
  if (file === COPY) return refuse(`${COPY} is a reserved name`);
  if (direction !== "GROW" && direction !== "SHRINK") return refuse("I can only GROW or SHRINK");
  const count = leadingInteger(rows);
  if (count < 1) return refuse("Please grow or shrink with at least 1 row");
  const copy = world.path(COPY);
  const locked = world.lockExisting(copy);
  if (!locked.ok) return locked;
  return resizeRrd(world.path(file), copy, {
    archive: leadingInteger(archive),
    rows: direction === "GROW" ? count : -count,
  });
};
