import { didYouMean, type Plain, parseDuration, problem, type Seconds } from "../../../base/index.ts";
import { loadSpace, parseStoreUrl, SharedError, type Space } from "../../../unidist/index.ts";
import type { Io } from "../../io.ts";
import { type Given, type Options, optionLines, readOptions } from "../../options.ts";
import { toJson } from "../../output.ts";
import { report, usageProblem, wrongUsage } from "../../report.ts";
import { stopOnSignals } from "../../signals.ts";
import type { Command } from "../table.ts";
import { counterVerbs } from "./counter.ts";
import { lockVerbs } from "./lock.ts";
import { logVerbs } from "./log.ts";
import { queueVerbs } from "./queue.ts";
import { stateVerbs } from "./state.ts";
import { tableText } from "./table-text.ts";
import { type SharedCall, type SharedVerb, type VerbOption, WrongCall } from "./verb.ts";

const verbs: Readonly<Record<string, SharedVerb>> = {
  ...counterVerbs,
  ...stateVerbs,
  ...queueVerbs,
  ...logVerbs,
  ...lockVerbs,
};

const verbOptions: Readonly<Record<VerbOption, Options[string]>> = {
  wait: { letter: "w", value: "TIME", info: "how long to wait; lock: for ever by default" },
  key: { value: "KEY", info: "messages of one key stay in order" },
  expiry: { value: "TIME", info: "the entry goes away after that long" },
  text: { info: "VALUE is text even if it looks like JSON; tail: entries alone" },
  keep: { value: "N", info: "how many of the newest stay" },
  "older-than": { value: "TIME", info: "only what is older" },
  lines: { letter: "n", value: "N", info: "how many entries" },
  follow: { letter: "f", info: "go on with what comes" },
  since: { value: "TIME", info: "only entries since then: epoch seconds, or 10m, 2h, 1d ago" },
};

const options: Options = {
  space: { letter: "s", value: "NAME", info: "the space: a block's name, by default; or PROCBLOCK_SPACE" },
  store: { value: "URL", info: "where it is kept; or PROCBLOCK_STORE; default: sqlite:" },
  json: { info: "print JSON" },
  ...verbOptions,
  "no-color": { info: "no colours (as with NO_COLOR=1)" },
  help: { letter: "h", info: "show this" },
};

/** `procblock shared …`: the shared things of a space, from a shell. */
export const shared: Command = async (io, argv) => {
  const given = readOptions(argv, options);
  if (!given.ok) return wrongUsage(io, given.problems, "shared");
  const { values, words, rest } = given.value;
  const [name, ...others] = words;
  if (values.has("help")) {
    io.stdout.write(usage(name));
    return 0;
  }
  const wrong = (message: string, ...notes: string[]) =>
    wrongUsage(io, [usageProblem(message, notes)], "shared");
  if (name === undefined) return wrong("which command?", `commands: ${Object.keys(verbs).join(", ")}`);
  const verb = Object.hasOwn(verbs, name) ? verbs[name] : undefined;
  if (verb === undefined)
    return wrong(
      `no command is named "${name}"${didYouMean(name, Object.keys(verbs))}`,
      `commands: ${Object.keys(verbs).join(", ")}`,
    );
  const [least, most] = verb.words;
  if (others.length < least || others.length > most)
    return wrong(`write: procblock shared ${name} ${verb.usage}`.trimEnd());
  const stray = Object.keys(verbOptions).find(
    (option) => values.has(option) && !verb.options?.includes(option as VerbOption),
  );
  if (stray !== undefined) return wrong(`"--${stray}" does not go with "${name}"`);
  const spaceName = values.get("space") ?? io.env.PROCBLOCK_SPACE;
  if (spaceName === undefined)
    return wrong(
      "which space?",
      "name it with --space NAME or in PROCBLOCK_SPACE; a block's space has the block's name",
    );
  return inSpace(io, values, spaceName, (space, signal) =>
    verb.run(callOf(io, values, space, others, rest, signal)),
  );
};

async function inSpace(
  io: Io,
  values: Given["values"],
  name: string,
  work: (space: Space, signal: AbortSignal) => Promise<number>,
): Promise<number> {
  const stop = stopOnSignals(io);
  let space: Space | undefined;
  // Waiting for others keeps no process alive by itself.
  const awake = setInterval(() => {}, 60_000);
  try {
    const url = values.get("store") ?? io.env.PROCBLOCK_STORE ?? "sqlite:";
    space = await loadSpace(parseStoreUrl(url, { cwd: io.cwd, env: io.env }), name, { clock: io.clock });
    return await work(space, stop.signal);
  } catch (error) {
    if (error instanceof WrongCall) return wrongUsage(io, [usageProblem(error.message)], "shared");
    if (!(error instanceof SharedError)) throw error;
    report(io, [problem(`space-${error.code}`, error.message)]);
    return error.code === "unknown-store" || error.code === "bad-name" ? 2 : 1;
  } finally {
    clearInterval(awake);
    stop.off();
    await space?.close();
  }
}

function callOf(
  io: Io,
  values: Given["values"],
  space: Space,
  words: readonly string[],
  rest: readonly string[],
  signal: AbortSignal,
): SharedCall {
  const json = values.has("json");
  return {
    io,
    space,
    words,
    rest,
    signal,
    option: (name) => values.get(name),
    seconds(name) {
      const text = values.get(name);
      if (text === undefined) return undefined;
      const seconds = parseDuration(/^[\d.]+$/.test(text) ? Number(text) : text);
      if (seconds === undefined || seconds < 0)
        throw new WrongCall(`"${text}" is no time for --${name}: 5, 200ms, 1m`);
      return seconds as Seconds;
    },
    count(name) {
      const text = values.get(name);
      if (text === undefined) return undefined;
      if (!/^\d{1,9}$/.test(text)) throw new WrongCall(`"${text}" is no number for --${name}`);
      return Number(text);
    },
    print: (value: Plain) =>
      io.stdout.write(`${typeof value === "string" && !json ? value : toJson(value)}\n`),
    table(rows) {
      if (json) for (const row of rows) io.stdout.write(`${toJson(row as Plain)}\n`);
      else io.stdout.write(tableText(rows));
    },
  };
}

function usage(name: string | undefined): string {
  const verb = name !== undefined && Object.hasOwn(verbs, name) ? verbs[name] : undefined;
  if (verb !== undefined) {
    const own = Object.fromEntries((verb.options ?? []).map((option) => [option, verbOptions[option]]));
    const lines = optionLines({
      space: options.space as never,
      store: options.store as never,
      json: options.json as never,
      ...own,
    });
    return `procblock shared ${name} ${verb.usage}\n\n  ${verb.info}\n\n${lines.join("\n")}\n`;
  }
  const lines = Object.entries(verbs).map(([verbName, { info }]) => `  ${verbName.padEnd(10)}  ${info}`);
  return `procblock shared --space NAME COMMAND …

Counters, state, queues, logs and locks that blocks, scripts and shells share.

${lines.join("\n")}

${optionLines(options).join("\n")}

Exit code: 0 done, 1 not there or the store cannot be used, 2 the command line is wrong.
  procblock shared COMMAND --help
`;
}
