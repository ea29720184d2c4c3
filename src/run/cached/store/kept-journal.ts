import type { Journal } from "./journal.ts";
import type { JournalRecord } from "./journal-record.ts";
import type { Seldom } from "./seldom.ts";
import type { WaitingUpdates } from "./waiting-updates.ts";

const SMALLEST_ROTATION = 16 * 1024 * 1024;

/** The journal while the daemon runs: begun anew when it has grown, and after it could not be written. */
export class KeptJournal {
  readonly #journal: Journal;
  readonly #waiting: WaitingUpdates;
  readonly #seldom: Seldom;
  #failed = false;

  constructor(journal: Journal, waiting: WaitingUpdates, seldom: Seldom) {
    this.#journal = journal;
    this.#waiting = waiting;
    this.#seldom = seldom;
  }

  get written(): number {
    return this.#journal.written;
  }

  get rotations(): number {
    return this.#journal.rotations;
  }

  add(kind: JournalRecord["kind"], path: string, updates: string): void {
    this.#journal.add(kind, path, updates);
  }

  /** Makes what was added survive the end of this process; false: that was not possible. */
  commit(): boolean {
    try {
      if (!this.#failed) {
        this.#journal.commit();
        return true;
      }
      // Only a new segment is trusted again.
      this.#journal.rotate(this.#waiting.unwritten());
      this.#failed = false;
      return true;
    } catch (error) {
      this.#failed = true;
      this.#seldom.tell(
        "journal",
        `the journal cannot be written (${(error as Error).message}): updates go straight to their files`,
      );
      return false;
    }
  }

  /** Now and then: forces it to the disk in the background. */
  sync(): void {
    this.#journal.sync((error) => {
      if (error === null) return;
      this.#failed = true;
      this.#seldom.tell("journal", `the journal cannot be synced: ${error.message}`);
    });
  }

  /** Much more than what still waits. False: as for `commit`. */
  shorten(): boolean {
    if (this.#journal.size <= Math.max(SMALLEST_ROTATION, 4 * this.#waiting.bytes)) return true;
    this.#failed = true;
    return this.commit();
  }

  close(): void {
    try {
      this.#journal.rotate(this.#waiting.unwritten());
    } finally {
      this.#journal.close();
    }
  }
}
