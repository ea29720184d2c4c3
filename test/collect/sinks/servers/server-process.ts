import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { closeSync, openSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** Whether the command is there; with CI=true it has to be, and a test that needs it fails without it. */
export function isUsable(command: string): boolean {
  return process.env.CI === "true" || spawnSync("which", [command], { stdio: "ignore" }).status === 0;
}

/** A server of another project, started for one test, on ports and in a folder of its own. */
export class ServerProcess {
  readonly #words: readonly string[];
  readonly #log: string;
  readonly #isReady: () => Promise<boolean>;
  #process: ChildProcess | undefined;

  constructor(dir: string, words: readonly string[], isReady: () => Promise<boolean>) {
    this.#words = words;
    this.#log = join(dir, "server.log");
    this.#isReady = isReady;
  }

  /** Starts it, or wakes it when it was stopped; resolves when it is ready. */
  async up(): Promise<void> {
    if (this.#process !== undefined) {
      this.#process.kill("SIGCONT");
      return;
    }
    const log = openSync(this.#log, "a");
    const [command = "", ...argv] = this.#words;
    const child = spawn(command, argv, { stdio: ["ignore", log, log] });
    closeSync(log);
    this.#process = child;
    let hasEnded = false;
    for (const event of ["exit", "error"]) {
      child.once(event, () => {
        hasEnded = true;
      });
    }
    while (!(await this.#isReady().catch(() => false))) {
      if (hasEnded) throw new Error(readFileSync(this.#log, "utf8").slice(-2000));
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }

  /** Ends it, without a warning if nothing else is said. */
  down(signal: NodeJS.Signals = "SIGKILL"): Promise<void> {
    const running = this.#process;
    this.#process = undefined;
    if (running === undefined || running.exitCode !== null) return Promise.resolve();
    return new Promise((resolve) => {
      running.once("exit", () => resolve());
      running.kill("SIGCONT");
      running.kill(signal);
    });
  }

  async hang(): Promise<void> {
    await this.up();
    this.#process?.kill("SIGSTOP");
  }
}

/** Text of a page; throws when the status is not a good one. */
export async function fetchText(url: string, init?: RequestInit): Promise<string> {
  const answer = await fetch(url, init);
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${answer.status} ${text}`);
  return text;
}
