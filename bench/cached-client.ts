import { type ChildProcess, execFileSync, spawn, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";

/** The client in C: it blocks on its socket, as rrdtool, collectd and everything else that uses librrd does. */
export class BlockingClient {
  readonly #program: string;

  private constructor(program: string) {
    this.#program = program;
  }

  /** undefined: there is no gcc, or no taskset. */
  static compile(folder: string): BlockingClient | undefined {
    const program = join(folder, "cached-client");
    const source = new URL("./cached-client.c", import.meta.url).pathname;
    if (spawnSync("taskset", ["--version"]).status !== 0) return undefined;
    return spawnSync("gcc", ["-O2", "-o", program, source]).status === 0
      ? new BlockingClient(program)
      : undefined;
  }

  /** Updates per second, one by one, the first of them at `first`; on the given processor. */
  rate(socket: string, count: number, first: number, processor: number): number {
    const words = ["-c", String(processor), this.#program, socket, String(count), String(first)];
    return count / Number(execFileSync("taskset", words, { encoding: "utf8" }));
  }

  /** The least that a server in C can do: answers whatever comes. */
  async answerer(socket: string): Promise<ChildProcess> {
    const child = spawn(this.#program, [socket], { stdio: "ignore" });
    while (!existsSync(socket)) await new Promise((resolve) => setTimeout(resolve, 20));
    return child;
  }
}

/** All threads of a process on these processors, as `taskset` names them. */
export function place(child: ChildProcess, processors: string): void {
  execFileSync("taskset", ["-a", "-c", "-p", processors, String(child.pid)], { stdio: "ignore" });
}
