import { realpathSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { failed, ok, problem, type Result } from "../../../base/index.ts";
import { loadRrdCache, type RrdcachedConversation, type RrdcachedReply } from "../../../run/index.ts";
import { systemError } from "./error-words.ts";
import { type RrdWorld, refuse } from "./world.ts";

/** The rrdcached that a command asks, as `--daemon` or RRDCACHED_ADDRESS names it. */
export class RrdDaemon {
  readonly #world: RrdWorld;
  readonly #address: string;
  readonly #conversation: RrdcachedConversation;

  private constructor(world: RrdWorld, address: string, conversation: RrdcachedConversation) {
    this.#world = world;
    this.#address = address;
    this.#conversation = conversation;
  }

  static async reach(world: RrdWorld, address: string): Promise<Result<RrdDaemon>> {
    const { converseWithRrdcached } = await loadRrdCache();
    const reached = await converseWithRrdcached(address);
    if (reached.ok) return ok(new RrdDaemon(world, address, reached.value));
    const [one] = reached.problems;
    const reason =
      one?.code === "rrdcached-unreachable" ? unreachable(address, one.message) : (one?.message ?? "");
    return failed(problem("rrdcached-unreachable", `Unable to connect to rrdcached: ${reason}`));
  }

  /** The answer, if it is none of refusal; in rrdtool's words otherwise. */
  async ask(words: readonly string[]): Promise<Result<RrdcachedReply>> {
    const answer = await this.#conversation.ask(words);
    if (!answer.ok) return answer;
    if (answer.value.status >= 0) return answer;
    return failed(problem("rrdcached-refused", `rrdcached@${this.#address}: ${answer.value.message}`));
  }

  /** Asks of a file: `words` go before and behind its name. */
  async askOf(
    command: string,
    file: string,
    others: readonly string[] = [],
  ): Promise<Result<RrdcachedReply>> {
    const path = this.pathOf(file);
    return path.ok ? this.ask([command, path.value, ...others]) : path;
  }

  /** How the daemon knows a file: over the network below its own base, here by its real place. */
  pathOf(file: string): Result<string> {
    if (!/^(unix:|\/)/.test(this.#address)) return ok(file);
    const path = resolve(this.#world.cwd, file);
    try {
      return ok(realpathSync(path));
    } catch {
      // It may be still to be made.
    }
    try {
      return ok(join(realpathSync(dirname(path)), basename(path)));
    } catch (error) {
      return refuse(`realpath(${file}): ${systemError((error as NodeJS.ErrnoException).code ?? "EIO")}`);
    }
  }

  close(): void {
    this.#conversation.close();
  }
}

function unreachable(address: string, code: string): string {
  if (code !== "ENOTFOUND" && code !== "EAI_AGAIN") return systemError(code);
  const [, host = address, port = "42217"] = /^\[?([^\]]*?)\]?(?::(\d+))?$/.exec(address) ?? [];
  return `failed to resolve address '${host}' (port ${port}): ${code === "ENOTFOUND" ? "Name or service not known (-2)" : "Temporary failure in name resolution (-3)"}`;
}

/** What a command says to its daemon, if it has one; undefined without. */
export async function withDaemon<T>(
  world: RrdWorld,
  given: string | undefined,
  use: (daemon: RrdDaemon) => Promise<Result<T>>,
): Promise<Result<T> | undefined> {
  const address = world.daemonAddress(given);
  if (address === undefined) return undefined;
  const daemon = await RrdDaemon.reach(world, address);
  if (!daemon.ok) return daemon;
  try {
    return await use(daemon.value);
  } finally {
    daemon.value.close();
  }
}

/**
 * Looks at a file after its daemon has written what it holds of it. Without a daemon in reach rrdtool looks at the file
 * all the same, prints what is there, and fails.
 */
export async function afterFlush(
  world: RrdWorld,
  given: string | undefined,
  file: string,
  look: () => Result<unknown>,
): Promise<Result<unknown>> {
  const flushed = await withDaemon(world, given, (daemon) => daemon.askOf("FLUSH", file));
  return orUnreached(flushed, (answer) => (answer.ok ? look() : answer), look);
}

/** `answered` makes the result of what a daemon said; `look` is how it goes without one, and a failure if there should be one. */
export function orUnreached<T>(
  asked: Result<T> | undefined,
  answered: (answer: Result<T>) => Result<unknown>,
  look: () => Result<unknown>,
): Result<unknown> {
  if (asked === undefined) return look();
  if (asked.ok || asked.problems[0]?.code !== "rrdcached-unreachable") return answered(asked);
  const seen = look();
  return seen.ok ? asked : seen;
}

/** The address that the words name, for commands whose other options are read elsewhere. */
export function daemonIn(words: readonly string[]): string | undefined {
  const at = words.findLastIndex(namesDaemon);
  if (at < 0) return undefined;
  const word = words[at] ?? "";
  return attachedTo(word) ?? words[at + 1];
}

export function withoutDaemon(words: readonly string[]): string[] {
  const takesNext = (word: string | undefined) =>
    word !== undefined && namesDaemon(word) && attachedTo(word) === undefined;
  return words.filter((word, index) => !namesDaemon(word) && !takesNext(words[index - 1]));
}

function namesDaemon(word: string): boolean {
  return /^-d|^--daemon(=|$)/.test(word);
}

function attachedTo(word: string): string | undefined {
  return /^(?:--daemon=|-d)(.+)$/s.exec(word)?.[1];
}
