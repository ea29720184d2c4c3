import { ManualClock, systemClock } from "../../src/base/index.ts";
import type { Io, StopSignal } from "../../src/cli/io.ts";
import { main } from "../../src/cli/main.ts";

export interface Told {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Surroundings {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly terminal?: boolean;
  readonly manualClock?: boolean;
  /** What stands on standard input. */
  readonly input?: string;
}

/** The command in this very process, with another world around it. */
export class InProcess {
  stdout = "";
  stderr = "";
  readonly exits: number[] = [];
  readonly clock: ManualClock | undefined;
  readonly #listeners = new Set<(signal: StopSignal) => void>();
  readonly #io: Io;
  #wake: (() => void)[] = [];

  constructor(
    argv: readonly string[],
    { cwd, env, terminal = false, manualClock, input = "" }: Surroundings = {},
  ) {
    this.clock = manualClock ? new ManualClock() : undefined;
    this.#io = {
      argv,
      cwd: cwd ?? process.cwd(),
      env: {
        XDG_STATE_HOME: process.env.XDG_STATE_HOME ?? "",
        ...(env ?? { PATH: process.env.PATH ?? "", NO_COLOR: "1" }),
      },
      stdin: oneByOne(input),
      stdout: {
        isTerminal: terminal,
        write: (text) => {
          this.stdout += asText(text);
          this.#written();
        },
      },
      stderr: {
        isTerminal: terminal,
        write: (text) => {
          this.stderr += asText(text);
          this.#written();
        },
      },
      clock: this.clock ?? systemClock,
      signalsComeTwice: false,
      onSignal: (listener) => {
        this.#listeners.add(listener);
        return () => void this.#listeners.delete(listener);
      },
      exitNow: (code) => void this.exits.push(code),
    };
  }

  async run(): Promise<Told> {
    const code = await main(this.#io);
    return { code, stdout: this.stdout, stderr: this.stderr };
  }

  signal(name: StopSignal): void {
    for (const listener of this.#listeners) listener(name);
  }

  /** Resolves when `found` is true of what was written so far. */
  async until(found: () => boolean): Promise<void> {
    while (!found()) await new Promise<void>((resolve) => this.#wake.push(resolve));
  }

  #written(): void {
    for (const wake of this.#wake.splice(0)) wake();
  }
}

async function* oneByOne(input: string): AsyncGenerator<Uint8Array> {
  if (input !== "") yield Buffer.from(input);
}

function asText(text: string | Uint8Array): string {
  return typeof text === "string" ? text : Buffer.from(text).toString();
}

export function procblock(argv: readonly string[], surroundings?: Surroundings): Promise<Told> {
  return new InProcess(argv, surroundings).run();
}
