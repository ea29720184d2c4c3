import type { LogLevel } from "../base/index.ts";
import { type Io, wantsColour } from "./io.ts";
import type { LogOptions } from "./log.ts";
import { levels } from "./log-lines.ts";
import { findOption, type Given, type Options } from "./options.ts";
import { type OutputFormat, outputFormats } from "./output.ts";

export const runOptions: Options = {
  output: {
    letter: "o",
    value: "FORMAT",
    choices: outputFormats,
    info: "how the result is printed; default: pretty on a terminal, else json",
  },
  "log-level": { value: "LEVEL", choices: levels, info: "the least serious lines to log; default: info" },
  quiet: { letter: "q", info: "log nothing; errors in the file are still told" },
  json: { info: "result, log and trace as JSON, on a terminal too" },
  once: { info: "run every step once, in series, and end" },
  trace: { info: "tell every tag and step with its input, output and time" },
  space: {
    value: "NAME",
    info: "the name of the space for locks, counters, queues …; default: the block's name",
  },
  store: {
    value: "URL",
    info: "where that space is kept: sqlite:PATH, postgres://…, memory:; default: a file of the user",
  },
  grace: { value: "SECONDS", info: "how long current runs may go on when it stops; default: 10" },
  "no-color": { info: "no colours (as with NO_COLOR=1)" },
  help: { letter: "h", info: "show this, or with a FILE what the block says about itself" },
};

/**
 * Parts what stands behind FILE into our options and the block's own words. Ours are taken out wherever they stand,
 * unless the block declares an option of that name itself; everything from `--` on is the block's.
 */
export function partArguments(
  rest: readonly string[],
  declared: ReadonlySet<string>,
): { ours: string[]; blocks: string[] } {
  const ours: string[] = [];
  const blocks: string[] = [];
  for (let at = 0; at < rest.length; at++) {
    const text = rest[at] ?? "";
    if (text === "--") {
      blocks.push(...rest.slice(at));
      break;
    }
    const found = text.startsWith("-") ? findOption(text, runOptions) : undefined;
    const name = text.replace(/^--?/, "").replace(/=.*$/s, "");
    if (found === undefined || declared.has(name)) {
      blocks.push(text);
      continue;
    }
    ours.push(text);
    const next = rest[at + 1];
    if (runOptions[found.name]?.value !== undefined && found.value === undefined && next !== undefined) {
      ours.push(next);
      at++;
    }
  }
  return { ours, blocks };
}

export function logOptions(io: Io, given: Given["values"]): LogOptions {
  const level = (given.get("log-level") ?? "info") as LogLevel;
  return {
    level: given.has("quiet") ? undefined : level,
    format: io.stderr.isTerminal && !given.has("json") ? "terminal" : "json",
    colour: wantsColour(io, io.stderr),
  };
}

export function outputFormat(io: Io, given: Given["values"]): OutputFormat {
  const asked = given.get("output") as OutputFormat | undefined;
  return asked ?? (io.stdout.isTerminal && !given.has("json") ? "pretty" : "json");
}
