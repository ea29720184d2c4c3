import { takeFirstWord, tuneOptions, tuneRrd } from "../../../rrd/index.ts";
import { noDaemon, type RrdVerb, refuse } from "./world.ts";

export const tune: RrdVerb = (world, words) => {
  const { first: file, others } = takeFirstWord(words, tuneOptions);
  if (file === undefined) return refuse("missing file name");
  if (others.some((word) => word === "-D" || word === "--daemon" || word.startsWith("--daemon=")))
    return noDaemon();
  return tuneRrd(world.path(file), others);
};
