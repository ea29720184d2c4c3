import type { Clock } from "../../../base/index.ts";
import type { Journal } from "./journal.ts";
import type { JournalRecord } from "./journal-record.ts";
import type { Seldom } from "./seldom.ts";
import type { WaitingUpdates } from "./waiting-updates.ts";

const SMALLEST_ROTATION = 16 * 1024 * 1024;
/** Milliseconds between attempts to begin a journal that could not be written. */
const RETRY = 1000;

/** The journal while the daemon runs: begun anew when it has grown, and after it could not be written. */
export class KeptJournal {
  readonly #journal: Journal;
  readonly #waiting: WaitingUpdates;
  readonly #clock: Clock;
  readonly #seldom: Seldom;
  /** Only a new segment is trusted again. */
  #broken = false;
  #retry = 0;

  constructor(journal: Journal, waiting: WaitingUpdates, clock: Clock, seldom: Seldom) {
    this.#journal = journal;
    this.#waiting = waiting;
    this.#clock = clock;
    this.#seldom = seldom;
  }

  get written(): number {
    return this.#journal.written;
  }

  get rotations(): number {
    return this.#journal.rotations;
  }

  addUpdate(path: string, bytes: Buffer, from: number, to: number): void {
    this.#journal.addUpdate(path, bytes, from, to);
  }

  add(kind: JournalRecord["kind"], path: string, updates: string): void {
    this.#journal.add(kind, path, updates);
  }

  /** Makes what was added survive the end of this process; false: that is not possible at present. */
  commit(): boolean {
    if (this.#broken) return this.#clock.monotonic() >= this.#retry && this.#renew();
    try {
      this.#journal.commit();
      return true;
    } catch (error) {
      this.#fail(error as Error);
      return false;
    }
  }

  /** Now and then: forces it to the disk in the background. */
  sync(): void {
    this.#journal.sync((error) => {
      if (error === null) return;
      this.#broken = true;
      this.#retry = 0;
      this.#seldom.tell(
        "journal-sync",
        `the journal cannot be synced (${error.message}): it is written anew`,
      );
    });
  }

  /** When it is much more than what still waits. False: as for `commit`. */
  shorten(): boolean {
    if (this.#broken || this.#journal.size <= Math.max(SMALLEST_ROTATION, 4 * this.#waiting.bytes))
      return true;
    return this.#renew();
  }

  /** False: it does not have all that still waits. */
  close(): boolean {
    const whole = this.#broken ? this.#renew() : this.commit();
    try {
      // Nothing more than order: all of it is there already.
      if (whole) this.#journal.rotate(this.#waiting.unwritten());
    } catch {
      // The longer journal holds the same.
    }
    this.#journal.close();
    return whole;
  }

  #renew(): boolean {
    try {
      this.#journal.rotate(this.#waiting.unwritten());
      // Nothing may have waited, and then nothing was written.
      if (this.#broken) this.#journal.probe();
    } catch (error) {
      this.#fail(error as Error);
      return false;
    }
    if (this.#broken) this.#seldom.passed("journal", "the journal is written again");
    this.#broken = false;
    return true;
  }

  #fail(error: Error): void {
    this.#broken = true;
    this.#retry = this.#clock.monotonic() + RETRY;
    this.#seldom.tell(
      "journal",
      `the journal cannot be written (${error.message}): updates go straight to their files`,
    );
  }
}
