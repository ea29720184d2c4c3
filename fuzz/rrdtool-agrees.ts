import { copyFileSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { openRrd } from "../src/rrd/index.ts";
import { rrdCommand } from "./command.ts";
import type { Random } from "./random.ts";
import type { RrdtoolSession } from "./rrdtool-session.ts";
import { START } from "./sample-files.ts";
import { Finding } from "./target.ts";

const MOST_UNKNOWN = 1e6;

/**
 * What we make of `case.rrd` rrdtool has to make of it too, unless it refuses the file (or dies of it). `small`: few
 * enough rows to print and to write them all.
 */
export async function compareWithRrdtool(
  random: Random,
  rrdtool: RrdtoolSession,
  folder: string,
  small: boolean,
): Promise<void> {
  if (!(await sameAnswer(rrdtool, folder, "info case.rrd"))) return;
  const opened = openRrd(join(folder, "case.rrd"), { mode: "read" });
  if (!opened.ok) return;
  const { lastUpdate, names } = opened.value;
  const { archives, dataSources } = opened.value.info();
  opened.value.close();
  // Names with blanks in them would need quotes, and times outside of its own rrdtool counts otherwise.
  if (lastUpdate < START - 1e6 || lastUpdate > START + 1e6) return;
  const second = Math.floor(lastUpdate);
  const start = second - random.pick([10, 100, 1000]);
  await sameAnswer(
    rrdtool,
    folder,
    `fetch case.rrd ${random.pick(archives).cf} -s ${start} -e ${second + 20}`,
  );
  if (small && random.chance(0.3)) await sameAnswer(rrdtool, folder, "dump -n case.rrd");
  // Counts that no update leaves behind go through a 32-bit number in rrdtool, and the state of forecasts is looked at
  // by nobody: what comes of damage there is nothing to agree about.
  const sound =
    dataSources.every(({ unknownSeconds }) => unknownSeconds <= MOST_UNKNOWN) &&
    archives.every(
      ({ forecast, consolidation }) =>
        forecast === undefined && consolidation.every(({ unknownPoints }) => unknownPoints <= MOST_UNKNOWN),
    );
  if (!small || !sound || dataSources.length !== names.length) return;
  const values = dataSources.filter(({ type }) => type !== "COMPUTE").map((_, at) => (at * 7) % 5);
  await sameUpdate(rrdtool, folder, `${second + 1 + random.below(80)}:${values.join(":")}`);
}

/** False when rrdtool has no answer. */
async function sameAnswer(rrdtool: RrdtoolSession, folder: string, line: string): Promise<boolean> {
  const theirs = await rrdtool.ask(line);
  if (theirs === undefined) return false;
  const ours = await rrdCommand(line.split(" "), folder);
  if (ours.code !== 0) throw new Finding(`rrdtool ${line} answers what we refuse: ${ours.stderr}`);
  const [mine, others] = [linesOf(textOf(line, ours.stdout)), linesOf(theirs)];
  for (let at = 0; at < Math.max(mine.length, others.length); at++) {
    const [one = "(nothing)", other = "(nothing)"] = [mine[at], others[at]];
    if (one !== other && !sameHugeNumber(one, other))
      throw new Finding(`${line} says "${one}" where rrdtool says "${other}"`);
  }
  return true;
}

/** The bytes after an update that both accept. */
async function sameUpdate(rrdtool: RrdtoolSession, folder: string, update: string): Promise<void> {
  copyFileSync(join(folder, "case.rrd"), join(folder, "theirs.rrd"));
  copyFileSync(join(folder, "case.rrd"), join(folder, "ours.rrd"));
  if ((await rrdtool.ask(`update theirs.rrd ${update}`)) === undefined) return;
  // Archives that make no sense are read by us, and not written.
  if ((await rrdCommand(["update", "ours.rrd", update], folder)).code !== 0) return;
  const [ours, theirs] = [readFileSync(join(folder, "ours.rrd")), readFileSync(join(folder, "theirs.rrd"))];
  const at = ours.findIndex((byte, index) => byte !== theirs[index] && !bothUnknown(ours, theirs, index));
  if (at >= 0) throw new Finding(`after update ${update} byte ${at} differs from rrdtool's`);
}

/** Unknowns have a sign, and which one depends on how they came about. */
function bothUnknown(ours: Buffer, theirs: Buffer, at: number): boolean {
  const word = at - (at % 8);
  return Number.isNaN(ours.readDoubleLE(word)) && Number.isNaN(theirs.readDoubleLE(word));
}

/** A dump is bytes; everything else is text, and a byte of the file beyond ASCII a character of it. */
function textOf(line: string, stdout: Buffer): string {
  return stdout.toString(line.startsWith("dump") ? "latin1" : "utf8");
}

function linesOf(text: string): string[] {
  return text.replaceAll("-nan", "NaN").replaceAll("nan", "NaN").split("\n");
}

/** Whole numbers beyond 2^53 are shown rounded, and far times without a date; only damage has them. */
function sameHugeNumber(one: string, other: string): boolean {
  if (one.includes("beyond all calendars")) return true;
  const [a, b] = [one, other].map((text) => Number(/(\d{16,})/.exec(text)?.[1] ?? 0)) as [number, number];
  return a > 2 ** 53 && a === b;
}
