import { realpathSync } from "node:fs";
import { ok } from "../../../base/index.ts";
import { readWords, takeFirstWord, tuneOptions, tuneRrd } from "../../../rrd/index.ts";
import { withDaemon } from "./through-daemon.ts";
import { type RrdVerb, type RrdWorld, refuse } from "./world.ts";

export const tune: RrdVerb = async (world, words) => {
  const { first: file, others } = takeFirstWord(words, tuneOptions);
  if (file === undefined) return refuse("missing file name");
  const read = readWords(others, tuneOptions);
  const address = read.ordered.findLast(({ long }) => long === "daemon")?.value;
  const asked = await withDaemon(world, address, async (server) => {
    // Whether it knows the file does not matter: what it held of it is written, and it opens it anew.
    await server.askOf("FLUSH", file);
    await server.askOf("FORGET", file);
    return ok(undefined);
  });
  if (asked?.ok === false) return refuse("Cannot connect to daemon");
  const path = realPath(world, file);
  const locked = world.lock(path);
  if (!locked.ok) return locked;
  const tuned = tuneRrd(path, others, { name: file });
  if (tuned.ok) for (const { message } of tuned.warnings) world.warn(message);
  return tuned;
};

/** A symbolic link goes on to name the file. */
function realPath(world: RrdWorld, file: string): string {
  const path = world.path(file);
  try {
    const real = realpathSync(path);
    world.names.set(real, file);
    return real;
  } catch {
    return path;
  }
}
