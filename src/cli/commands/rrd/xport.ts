import type { EpochSeconds } from "../../../base/index.ts";
import { rrdXport } from "../../../graph/index.ts";
import { flushDefinitions, nameFiles, warnOfPeriod } from "./graph.ts";
import { withoutDaemon } from "./through-daemon.ts";
import type { RrdVerb } from "./world.ts";

export const xport: RrdVerb = async (world, words) => {
  const flushed = await flushDefinitions(world, words);
  if (!flushed.ok) return flushed;
  warnOfPeriod(world, words);
  nameFiles(world, words);
  const answer = await rrdXport(withoutDaemon(words), { now: world.now as EpochSeconds, cwd: world.cwd });
  if (answer.ok) for (const piece of answer.value.pieces) world.print(piece);
  return answer;
};
