export interface WriteBehindFigures {
  readonly queued: number;
  readonly files: number;
  readonly waiting: number;
  readonly waitingBytes: number;
  readonly received: number;
  readonly flushes: number;
  /** Calls that wrote, and the updates they wrote. */
  readonly writes: number;
  readonly written: number;
  /** Updates that the file refused: a wrong number of values, no number. */
  readonly refused: number;
  /** Updates lost: the file went away, or could not be written until the limit was reached. */
  readonly dropped: number;
  readonly journalBytes: number;
  readonly journalRotations: number;
}
