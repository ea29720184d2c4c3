import { mkdirSync, opendirSync, statSync } from "node:fs";
import { resolve } from "node:path";
import { cpuUsage } from "node:process";
import { ok, type Result } from "../../../base/index.ts";
import type { ExitCode } from "../../io.ts";
import { systemError } from "./error-words.ts";
import { obey, tellErrors } from "./rrd.ts";
import { splitLine } from "./split-line.ts";
import { rrdUsage } from "./usage.ts";
import { type RrdWorld, refuse } from "./world.ts";

/** Nobody means a longer line. */
const LONGEST_LINE = 16 * 1024 * 1024;

/**
 * Obeys the lines of standard input one after the other, as `rrdtool -` does: what a command prints, then
 * `OK u:0.01 s:0.00 r:0.02` (seconds of processor time in the program and in the system, and of real time, since the
 * start) or `ERROR: …`, all on standard output.
 */
export async function pipe(world: RrdWorld, directory: string | undefined): Promise<ExitCode> {
  if (directory !== undefined && directory !== "") {
    const changed = changeDirectory(world, directory);
    if (!changed.ok) {
      tellErrors(world, changed, world.io.stderr);
      return 2;
    }
  }
  try {
    return await obeyLines(world);
  } finally {
    world.unlock();
  }
}

async function obeyLines(world: RrdWorld): Promise<ExitCode> {
  const begun = world.io.clock.monotonic();
  for await (const line of lines(world)) {
    const words = splitLine(line);
    if (words === undefined) {
      world.print("ERROR: creating arguments\n");
      continue;
    }
    const done = await obeyLine(world, words);
    if (done === "quit") return 0;
    if (done.ok) world.print(`OK ${usedTimes((world.io.clock.monotonic() - begun) / 1000)}\n`);
    else tellErrors(world, done, world.io.stdout);
    world.names.clear();
    if (world.io.stdout.isGone) return 1;
  }
  return 0;
}

function usedTimes(real: number): string {
  const { user, system } = cpuUsage();
  return `u:${(user / 1e6).toFixed(2)} s:${(system / 1e6).toFixed(2)} r:${real.toFixed(2)}`;
}

async function* lines(world: RrdWorld): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const piece of world.io.stdin) {
    rest += decoder.decode(piece, { stream: true });
    const whole = rest.split("\n");
    rest = whole.pop() ?? "";
    yield* whole;
    // While we wait for the next line others may write.
    world.unlock();
    if (rest.length > LONGEST_LINE) {
      world.print(`ERROR: a line is longer than ${LONGEST_LINE} characters\n`);
      return;
    }
  }
  if (rest !== "") yield rest;
}

type Session = (world: RrdWorld, words: readonly string[]) => Result<unknown>;

const session: Readonly<Record<string, { readonly words: number; readonly obey: Session }>> = {
  cd: { words: 1, obey: (world, [directory = ""]) => changeDirectory(world, directory) },
  mkdir: { words: 1, obey: (world, [directory = ""]) => makeDirectory(world, directory) },
  pwd: {
    words: 0,
    obey: (world) => {
      world.print(`${world.cwd}\n`);
      return ok(undefined);
    },
  },
  ls: { words: 0, obey: (world) => listHere(world) },
};

async function obeyLine(world: RrdWorld, words: readonly string[]): Promise<Result<unknown> | "quit"> {
  const [name = "", ...rest] = words;
  if (name === "quit") return rest.length === 0 ? "quit" : wrongCount(name);
  const own = Object.hasOwn(session, name) ? session[name] : undefined;
  if (own !== undefined) return rest.length === own.words ? own.obey(world, rest) : wrongCount(name);
  if (rest.length > 0 && !/^(help|--help|-h)$/.test(name)) return obey(world, words);
  world.print(rrdUsage());
  return ok(undefined);
}

function wrongCount(name: string): Result<never> {
  return refuse(`invalid parameter count for ${name}`);
}

function changeDirectory(world: RrdWorld, name: string): Result<void> {
  const path = resolve(world.cwd, name);
  try {
    if (!statSync(path).isDirectory()) return refuse(`chdir ${name} ${systemError("ENOTDIR")}`);
    world.cwd = path;
    return ok(undefined);
  } catch (error) {
    return refuse(`chdir ${name} ${systemError((error as NodeJS.ErrnoException).code ?? "EIO")}`);
  }
}

function makeDirectory(world: RrdWorld, name: string): Result<void> {
  try {
    mkdirSync(resolve(world.cwd, name));
    return ok(undefined);
  } catch (error) {
    return refuse(`mkdir ${name}: ${systemError((error as NodeJS.ErrnoException).code ?? "EIO")}`);
  }
}

/** Directories, and files that end in `.rrd`. */
function listHere(world: RrdWorld): Result<void> {
  const found = ["d .", "d .."];
  try {
    const folder = opendirSync(world.cwd);
    for (let entry = folder.readSync(); entry !== null; entry = folder.readSync()) {
      const status = statSync(resolve(world.cwd, entry.name), { throwIfNoEntry: false });
      if (status?.isDirectory()) found.push(`d ${entry.name}`);
      else if (status?.isFile() && entry.name.endsWith(".rrd")) found.push(`- ${entry.name}`);
    }
    folder.closeSync();
  } catch (error) {
    return refuse(`opendir ${world.cwd}: ${systemError((error as NodeJS.ErrnoException).code ?? "EIO")}`);
  }
  world.print(`${found.join("\n")}\n`);
  return ok(undefined);
}
