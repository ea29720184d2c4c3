import { ok, type Result } from "../../../base/index.ts";
import { type RrdDaemon, withDaemon } from "./through-daemon.ts";
import { daemon, flag, option, type RrdVerb, type RrdWorld, refuse, takeApart } from "./world.ts";

/** `updatev` knows no daemon. */
const ownOptions = [option("t", "template"), flag("s", "skip-past-updates")];
const options = [daemon, ...ownOptions];

export const update: RrdVerb = async (world, words) => {
  const given = takeApart(words, options);
  if (!given.ok) return given;
  const [file, ...updates] = given.value.rest;
  if (file === undefined || updates.length === 0) return refuse(TOO_FEW);
  const sent = await withDaemon(world, given.value.given.get("daemon")?.at(-1), (server) =>
    send(world, server, file, updates, given.value.given.get("template")?.at(-1)),
  );
  return sent ?? store(world, words);
};

/** A daemon knows no templates and no `N`: it gets all values, at a time. */
async function send(
  world: RrdWorld,
  server: RrdDaemon,
  file: string,
  updates: readonly string[],
  template: string | undefined,
): Promise<Result<unknown>> {
  const names = template === undefined ? undefined : await namesOf(server, file);
  if (names?.ok === false) return names;
  const asked = template?.split(":");
  const unknown = asked?.find((name) => names?.value.includes(name) === false);
  if (unknown !== undefined)
    return refuse(
      `rrd_map_template_to_values: there are fields in template (${unknown}) that are not in the rrdfile (${names?.value.join(":")})`,
    );
  const lines = updates.map((update) => {
    const [time = "", ...values] = update.split(":");
    const at = time === "N" ? String(Math.floor(world.now)) : time;
    const all =
      names === undefined ? values : names.value.map((name) => values[asked?.indexOf(name) ?? -1] ?? "U");
    return values.length === 0 ? update : [at, ...all].join(":");
  });
  return server.askOf("UPDATE", file, lines);
}

async function namesOf(server: RrdDaemon, file: string): Promise<Result<string[]>> {
  const info = await server.askOf("INFO", file);
  if (!info.ok) return info;
  return ok(info.value.lines.flatMap((line) => /^ds\[(.*)\]\.index /.exec(line)?.[1] ?? []));
}

/** Tells what each update stored, and whether all went well. */
export const updatev: RrdVerb = (world, words) => {
  const given = takeApart(words, ownOptions);
  if (!given.ok) return given;
  const lines: string[] = [];
  const stored = store(world, words, (line) => lines.push(`${line}\n`));
  if (stored.ok || !tooFew(stored)) world.print(`return_value = ${stored.ok ? 0 : -1}\n${lines.join("")}`);
  return stored;
};

function store(world: RrdWorld, words: readonly string[], report?: (line: string) => void): Result<unknown> {
  const given = takeApart(words, report === undefined ? options : ownOptions);
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
