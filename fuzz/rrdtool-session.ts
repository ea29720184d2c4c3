import { type ChildProcess, spawn, spawnSync } from "node:child_process";

/** Milliseconds after which no answer is expected any more. */
const PATIENCE = 5000;

export const hasRrdtool = spawnSync("rrdtool", ["--version"]).error === undefined;

/** `rrdtool -`, begun anew whenever an input was too much for it. */
export class RrdtoolSession {
  readonly #cwd: string;
  #child: ChildProcess | undefined;
  #text = "";
  #heard: (() => void) | undefined;

  constructor(cwd: string) {
    this.#cwd = cwd;
  }

  /** What it prints; undefined when it refuses, crashes or does not answer. The line must hold no line end. */
  async ask(line: string): Promise<string | undefined> {
    const child = this.#start();
    this.#text = "";
    child.stdin?.write(`${line}\n`);
    const deadline = performance.now() + PATIENCE;
    for (;;) {
      const end = /^(?:OK u:[^\n]*|ERROR: [^\n]*)\n/m.exec(this.#text);
      if (end !== null) return end[0].startsWith("OK") ? this.#text.slice(0, end.index) : undefined;
      if (this.#child === undefined) return undefined;
      if (performance.now() > deadline) {
        await this.close();
        return undefined;
      }
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, PATIENCE);
        this.#heard = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }

  #start(): ChildProcess {
    if (this.#child !== undefined) return this.#child;
    const env = { ...process.env, TZ: "UTC", LC_ALL: "C" };
    const child = spawn("rrdtool", ["-"], { cwd: this.#cwd, env, stdio: ["pipe", "pipe", "ignore"] });
    child.stdin.on("error", () => undefined);
    child.stdout.on("data", (bytes: Buffer) => {
      this.#text += bytes.toString("latin1");
      this.#heard?.();
    });
    child.once("exit", () => {
      if (this.#child === child) this.#child = undefined;
      this.#heard?.();
    });
    this.#child = child;
    return child;
  }

  async close(): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => child.once("exit", resolve));
    child.kill("SIGKILL");
    await ended;
  }
}
