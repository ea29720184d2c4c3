import type { Random } from "./random.ts";

/** One kind of input: a `kind` of `npm run fuzz -- --only KIND`. */
export interface FuzzTarget {
  readonly kind: string;
  /** How many cases of all are of this kind, in proportion. */
  readonly weight: number;
  /** Makes what cases need, once per process, in a folder of its own. */
  prepare(folder: string): Promise<FuzzPlayer>;
}

export interface FuzzPlayer {
  /**
   * Plays one case; what it throws is a finding, a `Finding` for what is looked for. `note` tells what the input is: it is kept
   * with a finding, and is on record before anything can hang.
   */
  play(random: Random, note: (input: string | Uint8Array) => void): Promise<void>;
  close?(): Promise<void>;
}

/** What should not have happened. */
export class Finding extends Error {}
