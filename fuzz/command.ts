import { type Clock, systemClock } from "../src/base/index.ts";
import { pipe } from "../src/cli/commands/rrd/pipe.ts";
import { rrd } from "../src/cli/commands/rrd/rrd.ts";
import { RrdWorld } from "../src/cli/commands/rrd/world.ts";
import type { Io } from "../src/cli/io.ts";
import { START } from "./sample-files.ts";

export interface Answered {
  readonly code: number;
  readonly stdout: Buffer;
  readonly stderr: string;
  /** The `OK` and `ERROR` lines of a session, however much stands between them. */
  readonly answers: readonly string[];
}

/** More output than this is counted, not kept; bytes. */
const MOST_KEPT = 256 * 1024;

/** The clock of every case stands still a little behind the last update of the sample files. */
const clock: Clock = { ...systemClock, wall: () => ((START + 200) * 1000) as ReturnType<Clock["wall"]> };

/** `procblock rrd …` in this process. */
export async function rrdCommand(words: readonly string[], cwd: string): Promise<Answered> {
  const world = new Surroundings(words, cwd);
  const code = await rrd(world.io, words);
  return world.answered(code);
}

/** `procblock rrd -` in this process. */
export async function pipeSession(input: readonly Uint8Array[], cwd: string): Promise<Answered> {
  const world = new Surroundings(["-"], cwd, input);
  const code = await pipe(new RrdWorld(world.io, true), undefined);
  return world.answered(code);
}

class Surroundings {
  readonly io: Io;
  #pieces: Buffer[] = [];
  #size = 0;
  #stderr = "";
  readonly #answers: string[] = [];

  constructor(argv: readonly string[], cwd: string, input: readonly Uint8Array[] = []) {
    this.io = {
      argv,
      cwd,
      env: {},
      stdin: from(input),
      stdout: { isTerminal: false, write: (text) => this.#keep(text) },
      stderr: {
        isTerminal: false,
        write: (text) => {
          if (this.#stderr.length < MOST_KEPT) this.#stderr += text.toString();
        },
      },
      clock,
      signalsComeTwice: false,
      onSignal: () => () => undefined,
      exitNow: () => {
        throw new Error("the process would have been ended");
      },
    };
  }

  #keep(text: string | Uint8Array): void {
    if (typeof text === "string" && /^(?:OK u:|ERROR: )/.test(text)) this.#answers.push(text.trimEnd());
    if (this.#size > MOST_KEPT) return;
    // A copy: who wrote it may use its memory again.
    const bytes = Buffer.from(text);
    this.#pieces.push(bytes);
    this.#size += bytes.length;
  }

  answered(code: number): Answered {
    return { code, stdout: Buffer.concat(this.#pieces), stderr: this.#stderr, answers: this.#answers };
  }
}

async function* from(input: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* input;
}
