import { readFileSync, writeFileSync } from "node:fs";
import type { Random } from "./random.ts";
import { Finding, type FuzzPlayer } from "./target.ts";

/** More memory than this within one case is a finding; bytes. */
export const MOST_MEMORY = 64 * 1024 * 1024;
/** More processor time than this is one; milliseconds. */
export const MOST_TIME = 4000;

/** Plays one case and looks at what it cost. Undefined: as it should be. */
export async function findingOf(
  player: FuzzPlayer,
  random: Random,
  note: (input: string | Uint8Array) => void,
): Promise<string | undefined> {
  const before = usage();
  forgetPeak();
  const began = process.cpuUsage();
  try {
    await player.play(random, note);
  } catch (error) {
    if (error instanceof Finding) return error.message;
    return `thrown: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`;
  }
  const { user, system } = process.cpuUsage(began);
  const time = (user + system) / 1000;
  if (time > MOST_TIME)
    return `took ${Math.round(time)} ms of processor time; at most ${MOST_TIME} are allowed`;
  const after = usage();
  const grown = Math.max(peak() - before.resident, after.buffers - before.buffers);
  if (grown > MOST_MEMORY)
    return `took ${Math.round(grown / 1e6)} MB of memory; at most ${MOST_MEMORY / 1e6} are allowed`;
  return undefined;
}

/** Buffers are counted as such too: memory that nothing was written to is not resident. */
function usage(): { resident: number; buffers: number } {
  const { rss, external, arrayBuffers } = process.memoryUsage();
  return { resident: rss, buffers: Math.max(external, arrayBuffers) };
}

/** Linux remembers the most memory a process ever had; this makes it begin anew. */
function forgetPeak(): void {
  try {
    writeFileSync("/proc/self/clear_refs", "5");
  } catch {
    // Elsewhere, what is left after the case has to do.
  }
}

function peak(): number {
  try {
    return Number(/VmHWM:\s+(\d+)/.exec(readFileSync("/proc/self/status", "utf8"))?.[1] ?? 0) * 1024;
  } catch {
    return process.memoryUsage.rss();
  }
}
