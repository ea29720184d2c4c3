import { writeFileSync } from "node:fs";
import { type EpochSeconds, ok, type Result } from "../../../base/index.ts";
import { type RrdGraphAnswer, rrdGraph } from "../../../graph/index.ts";
import { daemonIn, withDaemon, withoutDaemon } from "./through-daemon.ts";
import { type RrdVerb, type RrdWorld, refuse } from "./world.ts";

export const graph: RrdVerb = async (world, words) => {
  const drawn = await draw(world, words);
  if (!drawn.ok) return drawn;
  const { bytes, out, text } = drawn.value;
  // A picture on standard output stands there alone.
  if (out === "-") world.print(bytes ?? "");
  else world.print(text);
  return drawn;
};

/** All that is known of the picture, one line each; one for standard output comes last. */
export const graphv: RrdVerb = async (world, words) => {
  const drawn = await draw(world, words);
  if (!drawn.ok) return drawn;
  const { bytes, out, info } = drawn.value;
  world.print(info.map(([key, value]) => `${key} = ${value}\n`).join(""));
  if (out === "-" && bytes !== undefined) {
    world.print(`image = BLOB_SIZE:${bytes.length}\n`);
    world.print(bytes);
  }
  return drawn;
};

async function draw(world: RrdWorld, words: readonly string[]): Promise<Result<RrdGraphAnswer>> {
  const flushed = await flushDefinitions(world, words);
  if (!flushed.ok) return flushed;
  warnOfPeriod(world, words);
  nameFiles(world, words);
  const drawn = await rrdGraph(withoutDaemon(words), { now: world.now as EpochSeconds, cwd: world.cwd });
  if (!drawn.ok) return drawn;
  for (const { message } of drawn.warnings) world.warn(message);
  const { out, bytes } = drawn.value;
  if (bytes === undefined || out === "-" || out === "") return drawn;
  try {
    writeFileSync(world.path(out), bytes);
  } catch {
    return refuse(`Could not save png to '${out}'`);
  }
  return ok(drawn.value);
}

/** The daemon writes what it holds of the files that are drawn. */
export async function flushDefinitions(world: RrdWorld, words: readonly string[]): Promise<Result<void>> {
  const flushed = await withDaemon(world, daemonIn(words), async (server) => {
    for (const word of words) {
      const [, file, cf = "AVERAGE"] = /^DEF:[^=]*=((?:\\.|[^:\\])+):[^:]*:([A-Z]+)/s.exec(word) ?? [];
      if (file === undefined) continue;
      // What is fetched is written before.
      const answer = await server.askOf("FETCH", file.replace(/\\(.)/gs, "$1"), [cf]);
      if (!answer.ok) return answer;
    }
    return ok(undefined);
  });
  return flushed ?? ok(undefined);
}

/** So that what is said of files names them as the command line does. */
export function nameFiles(world: RrdWorld, words: readonly string[]): void {
  for (const word of words) {
    const [, file] = /^DEF:[^=]*=((?:\\.|[^:\\])+)/s.exec(word) ?? [];
    if (file !== undefined) world.path(file.replace(/\\(.)/gs, "$1"));
  }
}

/** Looks at the options that hold times without knowing the others. */
export function warnOfPeriod(world: RrdWorld, words: readonly string[]): void {
  const times = words.flatMap((word, index) => {
    const [, attached] = /^(?:--(?:start|end)=|-[se])(.*)$/s.exec(word) ?? [];
    if (attached !== undefined && attached !== "") return [attached];
    return /^(?:--start|--end|-s|-e)$/.test(word) ? [words[index + 1] ?? ""] : [];
  });
  world.warnOfTimes(times);
}
