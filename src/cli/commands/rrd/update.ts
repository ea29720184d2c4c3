import type { Result } from "../../../base/index.ts";
import { daemon, flag, option, type RrdVerb, type RrdWorld, refuse, takeApart } from "./world.ts";

const options = [daemon, option("t", "template"), flag("s", "skip-past-updates")];

export const update: RrdVerb = (world, words) => store(world, words);

/** Tells what each update stored, and whether all went well. */
export const updatev: RrdVerb = (world, words) => {
  const lines: string[] = [];
  const stored = store(world, words, (line) => lines.push(`${line}\n`));
  if (stored.ok || !tooFew(stored)) world.print(`return_value = ${stored.ok ? 0 : -1}\n${lines.join("")}`);
  return stored;
};

function store(world: RrdWorld, words: readonly string[], report?: (line: string) => void): Result<unknown> {
  const given = takeApart(words, options);
  if (!given.ok) return given;
  const [file, ...updates] = given.value.rest;
  if (file === undefined || updates.length === 0) return refuse(TOO_FEW);
  world.warnOfTimes(updates.filter((text) => text.includes("@")).map((text) => text.replace(/@.*$/s, "")));
  const opened = world.open(file, "write");
  if (!opened.ok) return opened;
  try {
    return opened.value.updateArguments(updates, {
      template: given.value.given.get("template")?.at(-1),
      skipPastUpdates: given.value.given.has("skip-past-updates"),
      report,
    });
  } finally {
    opened.value.close();
  }
}

const TOO_FEW = "Not enough arguments";

function tooFew(stored: Result<unknown>): boolean {
  return !stored.ok && stored.problems[0]?.message === TOO_FEW;
}
