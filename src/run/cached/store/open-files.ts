import { type Clock, ok, type Problem, type Result } from "../../../base/index.ts";
import { openRrd, type RrdFile } from "../../../rrd/index.ts";
import { lockForWriting, type WriterLock } from "../../collect/writer-lock.ts";

interface Opened {
  readonly rrd: RrdFile;
  readonly lock: WriterLock;
}

/** RRD files open for writing, the least recently used closed first; each is locked against other writers while open. */
export class OpenFiles {
  readonly #most: number;
  readonly #clock: Clock;
  readonly #onProblem: (problem: Problem) => void;
  readonly #open = new Map<string, Opened>();

  constructor(most: number, clock: Clock, onProblem: (problem: Problem) => void) {
    this.#onProblem = onProblem;
    this.#most = Math.max(1, most);
    this.#clock = clock;
  }

  get(path: string): Result<RrdFile> {
    const known = this.#open.get(path);
    if (known !== undefined) {
      this.#open.delete(path);
      if (known.rrd.stillThere()) {
        this.#open.set(path, known);
        return ok(known.rrd);
      }
      release(known);
    }
    const lock = lockForWriting(path, { makeFolder: false });
    if (!lock.ok) return lock;
    const opened = openRrd(path, { mode: "write", clock: this.#clock });
    if (!opened.ok) {
      lock.value.release();
      return opened;
    }
    for (const warning of lock.warnings) this.#onProblem(warning);
    this.#open.set(path, { rrd: opened.value, lock: lock.value });
    for (const oldest of this.#open.keys()) {
      if (this.#open.size <= this.#most) break;
      this.close(oldest);
    }
    return opened;
  }

  close(path: string): void {
    const opened = this.#open.get(path);
    if (opened === undefined) return;
    this.#open.delete(path);
    release(opened);
  }

  closeAll(): void {
    for (const path of [...this.#open.keys()]) this.close(path);
  }
}

function release({ rrd, lock }: Opened): void {
  try {
    rrd.close();
  } finally {
    lock.release();
  }
}
