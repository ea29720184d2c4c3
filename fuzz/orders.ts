/** What a worker is started with, as JSON. */
export interface Orders {
  readonly seed: number;
  readonly only: readonly string[];
  /** Plays `first`, `first + stride` … below `end`. */
  readonly first: number;
  readonly stride: number;
  readonly end: number;
  /** File in which the case that is being played stands: its number in the first 16 bytes, then its input. */
  readonly record: string;
  /** Where it may make what it needs. */
  readonly folder: string;
}

/** What a worker sends. */
export interface Report {
  /** Cases since the last report. */
  readonly played: number;
  readonly next: number;
  readonly found?: FoundInput;
}

export interface FoundInput {
  readonly index: number;
  readonly kind: string;
  readonly what: string;
  /** Base64. */
  readonly input: string;
}
