import { type JournalDisk, journalDisk } from "../../src/run/cached/store/journal-disk.ts";

export interface JournalFault {
  readonly call: keyof JournalDisk;
  /** Counted from 1. */
  readonly nth: number;
  readonly lasting: "once" | "for ever";
  /** `short`: a write takes one byte, and no error is given. */
  readonly kind: "error" | "short";
}

export interface FaultyJournalDisk extends JournalDisk {
  /** Times the fault came. */
  hits: number;
  /** Nothing fails any more. */
  heal(): void;
}

export function faultyJournalDisk(fault: JournalFault): FaultyJournalDisk {
  let count = 0;
  let healed = false;
  const hit = (call: keyof JournalDisk) => {
    if (healed || call !== fault.call) return false;
    count++;
    if (fault.lasting === "once" ? count !== fault.nth : count < fault.nth) return false;
    disk.hits++;
    return true;
  };
  const failing = (call: keyof JournalDisk) => {
    if (hit(call)) throw made(call);
  };
  const disk: FaultyJournalDisk = {
    hits: 0,
    heal() {
      healed = true;
    },
    makeFolder(path) {
      failing("makeFolder");
      journalDisk.makeFolder(path);
    },
    list(folder) {
      failing("list");
      return journalDisk.list(folder);
    },
    open(path) {
      failing("open");
      return journalDisk.open(path);
    },
    write(descriptor, bytes, from) {
      if (!hit("write")) return journalDisk.write(descriptor, bytes, from);
      // A full disk takes what it can before it says so.
      const taken = journalDisk.write(descriptor, bytes.subarray(0, from + 1), from);
      if (fault.kind === "short") return taken;
      throw made("write");
    },
    sync(descriptor) {
      failing("sync");
      journalDisk.sync(descriptor);
    },
    syncInBackground(descriptor, done) {
      const fails = hit("syncInBackground");
      journalDisk.syncInBackground(descriptor, (error) => done(fails ? made("syncInBackground") : error));
    },
    close: journalDisk.close,
    remove(path) {
      failing("remove");
      journalDisk.remove(path);
    },
    rename(from, to) {
      failing("rename");
      journalDisk.rename(from, to);
    },
  };
  return disk;
}

function made(call: string): Error {
  return Object.assign(new Error(`ENOSPC: made up, ${call}`), { code: "ENOSPC", syscall: call });
}
