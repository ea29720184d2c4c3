import { type ChildProcess, spawn } from "node:child_process";

/** A process that is going to be killed. */
export class Life {
  readonly #child: ChildProcess;
  readonly #ended: Promise<void>;
  #stdout = "";
  #stderr = "";
  #heard: (() => void) | undefined;

  /** Node with these words, run by `by` (`prlimit …`) if given. */
  constructor(words: readonly string[], cwd: string, by: readonly string[] = []) {
    const [program = "", ...rest] = [...by, process.execPath, ...words];
    const env = { ...process.env, TZ: "UTC", NO_COLOR: "1" };
    this.#child = spawn(program, rest, {
      cwd,
      env,
      stdio: ["ignore", "pipe", "pipe"],
      detached: true,
    });
    this.#child.stdout?.on("data", (text: Buffer) => {
      this.#stdout += text;
      this.#heard?.();
    });
    this.#child.stderr?.on("data", (text: Buffer) => {
      this.#stderr += text;
      this.#heard?.();
    });
    this.#ended = new Promise((resolve) => this.#child.once("close", () => resolve()));
    void this.#ended.then(() => this.#heard?.());
  }

  get stdout(): string {
    return this.#stdout;
  }

  get stderr(): string {
    return this.#stderr;
  }

  /** Resolves when `found` is true of what it said so far; throws when it ends before. */
  async until(found: () => boolean): Promise<void> {
    while (!found()) {
      if (this.#child.exitCode !== null || this.#child.signalCode !== null)
        throw new Error(`the process ended by itself: ${this.#stderr.slice(-2000)}`);
      await new Promise<void>((resolve) => {
        this.#heard = resolve;
      });
    }
  }

  /** Asks it to end; resolves with its exit code. */
  async stop(): Promise<number | null> {
    if (this.#child.pid !== undefined && this.#child.exitCode === null)
      process.kill(-this.#child.pid, "SIGTERM");
    await this.#ended;
    return this.#child.exitCode;
  }

  /** With all that it started. Resolves when everything it said has come. */
  async kill(): Promise<void> {
    const { pid } = this.#child;
    if (pid !== undefined && this.#child.exitCode === null) {
      try {
        process.kill(-pid, "SIGKILL");
      } catch {
        this.#child.kill("SIGKILL");
      }
    }
    await this.#ended;
  }
}

export function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
