import type { Random } from "../fuzz/random.ts";

/** One way to store that is killed again and again: a `--only` of `npm run crash`. */
export interface CrashVariant {
  readonly name: string;
  /** Of all kills, in proportion. */
  readonly share: number;
  prepare(folder: string, files: number): Promise<CrashPlayer>;
}

export interface CrashPlayer {
  /** Starts, kills, looks. */
  play(random: Random): Promise<KillReport>;
  close(): Promise<void>;
}

export interface KillReport {
  /** Updates that were told to be stored, in this life of the process. */
  readonly accepted: number;
  /** Of these, not in their files. */
  readonly lost: number;
  /** What should not be. */
  readonly faults: readonly string[];
}
