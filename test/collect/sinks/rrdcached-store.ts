import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdirSync, rmSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { type Mapping, unwrap } from "../../../src/base/index.ts";
import { openRrd } from "../../../src/rrd/index.ts";
import { RrdcachedSession } from "../../../src/run/cached/index.ts";
import { startTime } from "./sinking.ts";
import type { Store } from "./store.ts";

const daemon = new URL("cache-daemon.ts", import.meta.url).pathname;

/** The words of the command that starts one. */
export const daemons = {
  rrdcached: ["rrdcached", "-g", "-B", "-R", "-F"],
  "procblock rrd daemon": [process.execPath, daemon],
} as const;

/** A process that keeps RRD files, with its journal; what it answered for survives a SIGKILL if it is ours. */
export class RrdcachedStore implements Store {
  readonly mayRepeat = false;
  readonly base: string;
  readonly socket: string;
  readonly #words: readonly string[];
  #process: ChildProcess | undefined;

  constructor(dir: string, words: readonly string[], name = "cache") {
    this.base = join(dir, name);
    this.socket = join(dir, `${name}.sock`);
    this.#words = words;
    mkdirSync(join(this.base, "journal"), { recursive: true });
  }

  readonly to = (more: Mapping): Mapping => ({
    rrdcached: { address: `unix:${this.socket}`, path: "sub/a b.rrd", ...more },
  });

  async up(): Promise<void> {
    if (this.#process !== undefined) {
      this.#process.kill("SIGCONT");
      return;
    }
    rmSync(join(this.base, "pid"), { force: true });
    const [command = "", ...words] = this.#words;
    const journal = ["-j", join(this.base, "journal"), "-p", join(this.base, "pid")];
    const where =
      command === "rrdcached"
        ? ["-l", `unix:${this.socket}`, "-b", this.base, ...journal]
        : [this.socket, this.base];
    this.#process = spawn(command, [...words, ...where], { stdio: "ignore" });
    while (!(await this.#answers())) await new Promise((resolve) => setTimeout(resolve, 10));
  }

  down(signal: NodeJS.Signals = "SIGKILL"): Promise<void> {
    const running = this.#process;
    this.#process = undefined;
    if (running === undefined) return Promise.resolve();
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

  async values(): Promise<number[]> {
    return this.valuesOf("sub/a b.rrd");
  }

  async valuesOf(name: string): Promise<number[]> {
    const path = join(this.base, name);
    if (!existsSync(path)) return [];
    await this.flush(name);
    const rrd = unwrap(openRrd(path, { mode: "read" }));
    const { columns } = unwrap(rrd.fetch({ cf: "AVERAGE", start: startTime - 1, end: rrd.lastUpdate }));
    rrd.close();
    return [...(columns[0] ?? [])].filter((value) => !Number.isNaN(value));
  }

  async flush(name: string): Promise<void> {
    const forever = new AbortController().signal;
    const session = await RrdcachedSession.open({ kind: "unix", text: "", path: this.socket }, forever);
    await session.ask([`FLUSH ${name.replaceAll(" ", "\\ ")}`], forever);
    session.close();
  }

  end(): Promise<void> {
    return this.down();
  }

  #answers(): Promise<boolean> {
    return new Promise((resolve) => {
      const socket = connect(this.socket);
      socket.once("connect", () => {
        socket.destroy();
        resolve(true);
      });
      socket.once("error", () => resolve(false));
    });
  }
}
