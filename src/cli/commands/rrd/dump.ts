import { closeSync, openSync, statSync, writeSync } from "node:fs";
import { failed, problem, type Result } from "../../../base/index.ts";
import { type DumpOptions, dumpRrd } from "../../../rrd/index.ts";
import { systemError } from "./error-words.ts";
import { afterFlush } from "./through-daemon.ts";
import { daemon, flag, option, type RrdVerb, type RrdWorld, refuse, takeApart } from "./world.ts";

const usage = `usage rrdtool dump [--header|-h {none,xsd,dtd}]
[--no-header|-n]
[--daemon|-d address]
file.rrd [file.xml]`;

export const dump: RrdVerb = (world, words) => {
  const given = takeApart(words, [daemon, option("h", "header"), flag("n", "no-header")]);
  if (!given.ok) return refuse(usage);
  const { ordered, rest } = given.value;
  const [file, xml] = rest;
  if (file === undefined || rest.length > 2) return refuse(usage);
  let header: DumpOptions["header"];
  for (const { long, value } of ordered) {
    if (long === "no-header") header = "none";
    else if (value === "none" || value === "xsd" || value === "dtd") header = value;
  }
  const path = world.path(file);
  if (xml !== undefined && isSameFile(path, world.path(xml)))
    return refuse(`'${xml}' is the file that is dumped`);
  return afterFlush(world, given.value.given.get("daemon")?.at(-1), file, () =>
    xml === undefined
      ? dumpRrd(path, { header }, (text) => world.print(Buffer.from(text, "latin1")))
      : intoFile(world, xml, (write) => dumpRrd(path, { header }, write)),
  );
};

/** By whatever name: what is dumped would be gone before it is read. */
function isSameFile(one: string, other: string): boolean {
  try {
    const [a, b] = [statSync(one), statSync(other)];
    return a.dev === b.dev && a.ino === b.ino;
  } catch {
    return false;
  }
}

function intoFile(
  world: RrdWorld,
  name: string,
  dumped: (write: (text: string) => void) => Result<void>,
): Result<void> {
  let descriptor: number | undefined;
  let failure: unknown;
  try {
    const done = dumped((text) => {
      try {
        // The file is made with the first text: what cannot be read leaves none.
        descriptor ??= openSync(world.path(name), "w");
        const bytes = Buffer.from(text, "latin1");
        for (let at = 0; at < bytes.length; ) at += writeSync(descriptor, bytes, at);
      } catch (error) {
        failure = error;
        throw error;
      }
    });
    return failure === undefined ? done : cannotWrite(name, failure);
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
}

function cannotWrite(name: string, error: unknown): Result<never> {
  const { code } = error as NodeJS.ErrnoException;
  if (code === undefined) throw error;
  return failed(problem("rrd-storage", `writing '${name}': ${systemError(code)}`));
}
