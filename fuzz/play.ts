import { mkdirSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findingOf } from "./case.ts";
import { Random } from "./random.ts";
import type { FuzzPlayer, FuzzTarget } from "./target.ts";
import { targets } from "./targets.ts";

export interface FoundCase {
  readonly index: number;
  readonly kind: string;
  readonly what: string;
  readonly input: string | Uint8Array;
}

/** Plays cases by number; which kind a case is depends on the seed, its number and the kinds that are wanted. */
export class FuzzSession {
  readonly #seed: number;
  readonly #targets: readonly FuzzTarget[];
  readonly #players = new Map<string, FuzzPlayer>();
  readonly #folder: string;
  readonly #note: (input: string | Uint8Array) => void;

  /** `note` hears of every input before it is tried; what cases need is made below `within`. */
  constructor(
    seed: number,
    only: readonly string[],
    note: (input: string | Uint8Array) => void = () => undefined,
    within = inMemory(),
  ) {
    this.#folder = mkdtempSync(join(within, "fuzz-"));
    this.#seed = seed;
    this.#targets = only.length === 0 ? targets : targets.filter(({ kind }) => only.includes(kind));
    this.#note = note;
  }

  async play(index: number): Promise<FoundCase | undefined> {
    const random = new Random(this.#seed, index);
    const weights = Object.fromEntries(this.#targets.map(({ kind, weight }) => [kind, weight]));
    const kind = random.weighted(weights);
    const player = await this.#playerOf(kind);
    let input: string | Uint8Array = "";
    const what = await findingOf(player, random, (noted) => {
      input = noted;
      this.#note(noted);
    });
    return what === undefined ? undefined : { index, kind, what, input };
  }

  async #playerOf(kind: string): Promise<FuzzPlayer> {
    const known = this.#players.get(kind);
    if (known !== undefined) return known;
    const target = this.#targets.find((one) => one.kind === kind);
    if (target === undefined) throw new Error(`no kind "${kind}"`);
    const folder = join(this.#folder, kind);
    mkdirSync(folder);
    const player = await target.prepare(folder);
    this.#players.set(kind, player);
    return player;
  }

  async close(): Promise<void> {
    for (const player of this.#players.values()) await player.close?.();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** Thousands of small files: a disk would be what is measured. */
export function inMemory(): string {
  return statSync("/dev/shm", { throwIfNoEntry: false })?.isDirectory() ? "/dev/shm" : tmpdir();
}
