import { opendirSync, type Stats, statSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { failed, ok, problem, type Result } from "../../../base/index.ts";
import { systemError } from "./error-words.ts";
import { orUnreached, withDaemon } from "./through-daemon.ts";
import { flag, option, type RrdVerb, type RrdWorld, refuse, takeApart } from "./world.ts";

export const list: RrdVerb = async (world, words) => {
  const given = takeApart(words, [option("d", "daemon"), flag("", "noflush"), flag("r", "recursive")]);
  if (!given.ok) return given;
  const [name, more] = given.value.rest;
  if (name === undefined || more !== undefined)
    return refuse("Usage: rrdtool list [--daemon <addr> [--noflush]] [--recursive] <directory>");
  const recursive = given.value.given.has("recursive");
  const address = given.value.given.get("daemon")?.at(-1);
  const asked = await withDaemon(world, address, async (server) => {
    const flushed = given.value.given.has("noflush") ? ok(undefined) : await server.ask(["FLUSHALL"]);
    return flushed.ok ? server.ask(recursive ? ["LIST", "RECURSIVE", name] : ["LIST", name]) : flushed;
  });
  if (asked?.ok === false && asked.problems[0]?.code === "rrdcached-unreachable" && address !== undefined) {
    world.io.stderr.write(`Error connecting to rrdcached: ${asked.problems[0].message}\n`);
    return asked;
  }
  return orUnreached(
    asked,
    (answer) => {
      if (answer.ok)
        world.print(Buffer.from(answer.value.lines.map((line) => `${line}\n`).join(""), "latin1"));
      return answer;
    },
    () => listFiles(world, name, recursive),
  );
};

function listFiles(world: RrdWorld, name: string, recursive: boolean): Result<unknown> {
  const path = join(world.cwd, name);
  const directory = name.startsWith("/") ? name : path;
  try {
    const found = statOf(directory)?.isDirectory()
      ? entries(directory, recursive, "", [])
      : matches(directory);
    if (!found.ok) return found;
    if (found.value.length > 0) world.print(found.value.map((entry) => `${entry}\n`).join(""));
    return found;
  } catch (error) {
    return cannotList(error);
  }
}

function cannotList(error: unknown): Result<never> {
  const { code } = error as NodeJS.ErrnoException;
  if (code === undefined) throw error;
  return failed(problem("rrd-storage", systemError(code)));
}

function statOf(path: string): Stats | undefined {
  return statSync(path, { throwIfNoEntry: false });
}

/** Links that lead nowhere, and what may not be looked at, are passed over. */
function reachable(path: string): Stats | undefined {
  try {
    return statOf(path);
  } catch {
    return undefined;
  }
}

function identity({ dev, ino }: Stats): string {
  return `${dev}:${ino}`;
}

/** In the order of the directory, as rrdtool has it. */
function entries(
  directory: string,
  recursive: boolean,
  prefix: string,
  above: readonly string[],
): Result<string[]> {
  const found: string[] = [];
  const here = identity(statSync(directory));
  // A symbolic link may lead back up.
  if (above.includes(here)) return ok(found);
  const folder = opendirSync(directory);
  try {
    for (let entry = folder.readSync(); entry !== null; entry = folder.readSync()) {
      const path = join(directory, entry.name);
      const status = reachable(path);
      if (status === undefined) continue;
      if (!status.isDirectory()) {
        if (entry.name.endsWith(".rrd")) found.push(`${prefix}${entry.name}`);
      } else if (!recursive) found.push(entry.name);
      else {
        const inside = entries(path, true, `${prefix}${entry.name}/`, [...above, here]);
        if (inside.ok) found.push(...inside.value);
      }
    }
  } finally {
    folder.closeSync();
  }
  return ok(found);
}

/** `DIRECTORY/PATTERN`: names only, sorted. */
function matches(path: string): Result<string[]> {
  const pattern = patternOf(basename(path));
  const found: string[] = [];
  const folder = opendirSync(dirname(path));
  try {
    for (let entry = folder.readSync(); entry !== null; entry = folder.readSync())
      if (pattern.test(entry.name) && (!entry.name.startsWith(".") || basename(path).startsWith(".")))
        found.push(entry.name);
  } finally {
    folder.closeSync();
  }
  if (found.length === 0) return failed(problem("rrd-storage", systemError("ENOENT")));
  return ok(found.sort());
}

/** `*` and `?` as in a shell; everything else is itself. */
function patternOf(text: string): RegExp {
  const escaped = text.replace(/[.+^${}()|[\]\\]/g, "\\$&");
  return new RegExp(`^${escaped.replace(/\*+/g, ".*").replaceAll("?", ".")}$`, "s");
}
