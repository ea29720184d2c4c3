import type { StorageFile } from "./storage.ts";

/** Writes all of it, however little the system accepts at a time. */
export function writeWhole(file: StorageFile, bytes: Uint8Array, position: number): void {
  for (let done = 0; done < bytes.length; ) {
    const count = file.write(bytes, done, bytes.length - done, position + done);
    if (count <= 0) throw new Error("nothing was written");
    done += count;
  }
}

/** Fills `bytes`; false when the file ends before. */
export function readWhole(file: StorageFile, bytes: Uint8Array, position: number): boolean {
  for (let done = 0; done < bytes.length; ) {
    const count = file.read(bytes, done, bytes.length - done, position + done);
    if (count <= 0) return false;
    done += count;
  }
  return true;
}
