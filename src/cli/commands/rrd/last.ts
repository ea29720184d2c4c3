import { ok, type Result } from "../../../base/index.ts";
import { orUnreached, withDaemon } from "./through-daemon.ts";
import { daemon, type RrdVerb, type RrdWorld, refuse, takeApart } from "./world.ts";

export const last: RrdVerb = async (world, words) => {
  const given = takeApart(words, [daemon]);
  const [file, more] = given.ok ? given.value.rest : [];
  if (!given.ok) return printed(world, given);
  if (file === undefined || more !== undefined)
    return printed(world, refuse("Usage: rrdtool last [--daemon|-d <addr>] <file>"));
  const asked = await withDaemon(world, given.value.given.get("daemon")?.at(-1), (server) =>
    server.askOf("LAST", file),
  );
  return orUnreached(
    asked,
    (answer) => printed(world, answer.ok ? ok(Number(answer.value.message)) : answer),
    () => printed(world, newest(world, file)),
  );
};

/** Programs that read only standard output learn of a failure by -1. */
export function printed(world: RrdWorld, time: Result<number>): Result<number> {
  world.print(`${time.ok ? time.value : -1}\n`);
  return time;
}

function newest(world: RrdWorld, file: string): Result<number> {
  const opened = world.open(file, "read");
  if (!opened.ok) return opened;
  const { lastUpdate } = opened.value.info();
  opened.value.close();
  return ok(lastUpdate);
}
