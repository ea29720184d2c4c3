import { ok, type Result } from "../../../base/index.ts";
import { withDaemon } from "./through-daemon.ts";
import { daemon, type RrdVerb, refuse, takeApart } from "./world.ts";

/** The daemon writes what it holds of the files. */
export const flushcached: RrdVerb = async (world, words) => {
  const given = takeApart(words, [daemon]);
  if (!given.ok) return given;
  const files = given.value.rest;
  if (files.length === 0)
    return refuse("Usage: rrdtool flushcached [--daemon|-d <addr>] <file> [<file> ...]");
  const flushed = await withDaemon(
    world,
    given.value.given.get("daemon")?.at(-1),
    async (server): Promise<Result<unknown>> => {
      for (const [index, file] of files.entries()) {
        const answer = await server.askOf("FLUSH", file);
        if (answer.ok) continue;
        const left = files.length - index - 1;
        const why = answer.problems[0]?.message ?? "";
        return refuse(
          `Flushing of file "${file}" failed: ${why}. Skipping remaining ${left} file${left === 1 ? "" : "s"}.`,
        );
      }
      return ok(undefined);
    },
  );
  return (
    flushed ??
    refuse(
      'Daemon address "(null)" unknown. Please use the "--daemon" option to set an address on the command line or set the "RRDCACHED_ADDRESS" environment variable.',
    )
  );
};
