import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { unwrap } from "../../src/base/index.ts";
import { createRrd, openRrd } from "../../src/rrd/index.ts";

export const START = 1_600_000_000;
const bin = new URL("../../src/cli/bin.ts", import.meta.url).pathname;

export function folder(): string {
  return mkdtempSync(join(tmpdir(), "cached-"));
}

/** One data source `x`, a row per second. */
export function makeFile(path: string, rows = 1000): void {
  const dataSources = [{ name: "x", type: "GAUGE", heartbeat: 100 }] as const;
  const archives = [{ cf: "AVERAGE", xff: 0.5, pdpPerRow: 1, rows }] as const;
  unwrap(createRrd(path, { step: 1, start: START, dataSources, archives }, { durable: false }));
}

/** The stored value of each second from START + 1 on, up to the last update. */
export function storedIn(path: string): number[] {
  const rrd = unwrap(openRrd(path, { mode: "read" }));
  const end = rrd.lastUpdate;
  const { columns } = unwrap(rrd.fetch({ cf: "AVERAGE", start: START, end }));
  rrd.close();
  return [...(columns[0] ?? [])].slice(0, end - START);
}

export class DaemonProcess {
  readonly socket: string;
  readonly #child: ChildProcess;
  readonly ended: Promise<number | null>;
  readonly ready: Promise<void>;
  stderr = "";

  constructor(base: string, more: readonly string[] = []) {
    this.socket = join(base, "s.sock");
    this.#child = spawn(
      process.execPath,
      [bin, "rrd", "daemon", "-l", `unix:${this.socket}`, "-b", base, ...more],
      {
        stdio: ["ignore", "inherit", "pipe"],
      },
    );
    this.ended = new Promise((resolve) => this.#child.once("exit", (code) => resolve(code)));
    this.ready = new Promise((resolve, reject) => {
      this.#child.stderr?.on("data", (text: Buffer) => {
        this.stderr += text;
        if (this.stderr.includes("listening on")) resolve();
      });
      this.#child.once("exit", () => reject(new Error(this.stderr)));
    });
    this.ready.catch(() => undefined);
  }

  signal(name: NodeJS.Signals): Promise<number | null> {
    this.#child.kill(name);
    return this.ended;
  }
}

/** Asks and waits for whole answers. */
export class Client {
  readonly socket: Socket;
  #text = "";
  #wake: (() => void) | undefined;
  closed = false;

  constructor(path: string) {
    this.socket = connect(path);
    this.socket.on("data", (bytes: Buffer) => {
      this.#text += bytes.toString("latin1");
      this.#wake?.();
    });
    this.socket.on("error", () => undefined);
    this.socket.on("close", () => {
      this.closed = true;
      this.#wake?.();
    });
  }

  /** The answer's lines. */
  async ask(line: string): Promise<string[]> {
    this.socket.write(`${line}\n`);
    return this.answer();
  }

  async answer(): Promise<string[]> {
    for (;;) {
      const lines = this.#text.split("\n");
      const more = Math.max(0, Number.parseInt(lines[0] ?? "", 10) || 0);
      // "1 errors" and "0 errors, …" look alike: only a count at the start that is above zero has lines.
      if (lines.length > more + 1) {
        this.#text = lines.slice(more + 1).join("\n");
        return lines.slice(0, more + 1);
      }
      if (this.closed) throw new Error(`closed, left: ${this.#text.slice(0, 200)}`);
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  gone(): Promise<void> {
    return new Promise((resolve) => {
      if (this.closed) resolve();
      else this.socket.once("close", () => resolve());
    });
  }
}

/** Seeded: xorshift. */
export function randomOf(seed: number): () => number {
  let state = seed * 2_654_435_761 || 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}

export const hasRrdcached = existsSync("/usr/bin/rrdcached");

/** The real one, in the background; resolves when it answers. */
export async function realRrdcached(base: string, socket: string): Promise<() => Promise<void>> {
  const child = spawn("rrdcached", ["-g", "-l", `unix:${socket}`, "-b", base, "-B", "-p", `${socket}.pid`], {
    stdio: "ignore",
  });
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  for (;;) {
    const client = new Client(socket);
    const answered = await client.ask("PING").then(
      () => true,
      () => false,
    );
    client.socket.destroy();
    if (answered) break;
    await new Promise((resolve) => setImmediate(resolve));
  }
  return async () => {
    child.kill("SIGTERM");
    await ended;
  };
}

/** `rrdtool --daemon` needs a process of its own that does not stop this one from answering. */
export function rrdtoolBeside(
  words: readonly string[],
  { cwd, env = {} }: { readonly cwd?: string; readonly env?: Readonly<Record<string, string>> } = {},
): Promise<{ code: number | null; stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    const child = spawn("rrdtool", words, {
      env: { ...process.env, TZ: "UTC", LC_ALL: "C", ...env },
      ...(cwd === undefined ? {} : { cwd }),
    });
    let stdout = "";
    let stderr = "";
    child.stdout.on("data", (text) => (stdout += text));
    child.stderr.on("data", (text) => (stderr += text));
    child.once("close", (code) => resolve({ code, stdout, stderr: stderr.trim() }));
  });
}

export function rrdtoolPlain(words: readonly string[]): string {
  return spawnSync("rrdtool", words, { encoding: "utf8", env: { ...process.env, TZ: "UTC", LC_ALL: "C" } })
    .stdout;
}
