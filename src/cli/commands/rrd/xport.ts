import type { EpochSeconds } from "../../../base/index.ts";
import { rrdXport } from "../../../graph/index.ts";
import { nameFiles, warnOfPeriod } from "./graph.ts";
import { noDaemon, type RrdVerb } from "./world.ts";

export const xport: RrdVerb = async (world, words) => {
  if (words.some((word) => word === "-d" || /^--daemon(=|$)/.test(word))) return noDaemon();
  warnOfPeriod(world, words);
  nameFiles(world, words);
  const answer = await rrdXport(words, { now: world.now as EpochSeconds, cwd: world.cwd });
  if (answer.ok) for (const piece of answer.value.pieces) world.print(piece);
  return answer;
};
