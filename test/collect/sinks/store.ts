import type { Mapping } from "../../../src/base/index.ts";

/** A store that can be well, gone, deaf or full of errors, and says what it was given. */
export interface Store {
  /** The entry of `to`. */
  readonly to: (more: Mapping) => Mapping;
  /** Epoch seconds: the store takes nothing much older than now. */
  readonly from?: number;
  /** A batch whose answer was lost comes again, and the store cannot tell. */
  readonly mayRepeat: boolean;
  up(): Promise<void>;
  down(): Promise<void>;
  /** Takes nothing and says nothing; undefined where there is no such state. */
  hang?(): Promise<void>;
  /** Answers, but with errors that pass. */
  fail?(): Promise<void>;
  values(): number[] | Promise<number[]>;
  end(): Promise<void>;
}
