import { failed, ok, problem, type Result } from "../base/index.ts";
import { nodeStorage } from "./node-storage.ts";
import { errorCode, storageProblem } from "./rrd-problems.ts";
import type { FileStatus, Storage, StorageFile } from "./storage.ts";

/** rrdtool's mode for new files, whatever the umask. */
const DEFAULT_MODE = 0o644;

/**
 * Writes a file under another name and gives it its name only when it is whole. Whatever fails, the old file at `path`
 * (or nothing) stays, and no other file is left behind.
 */
export function placeNewFile(
  path: string,
  options: {
    readonly overwrite?: boolean | undefined;
    readonly durable?: boolean | undefined;
    readonly storage?: Storage | undefined;
  },
  write: (file: StorageFile) => void,
): Result<void> {
  const { overwrite = false, durable = true, storage = nodeStorage } = options;
  let made: { readonly path: string; readonly file: StorageFile } | undefined;
  let open = false;
  try {
    const old = storage.stat(path);
    if (old !== undefined && !overwrite) return failed(exists(path));
    if (old !== undefined && !old.isFile)
      return failed(problem("rrd-exists", `"${path}" exists and is not a regular file`));
    made = storage.createBeside(path);
    open = true;
    write(made.file);
    keepOwner(made.file, old);
    made.file.setMode(old?.mode ?? DEFAULT_MODE);
    if (durable) made.file.sync();
    open = false;
    made.file.close();
    if (overwrite) {
      storage.rename(made.path, path);
      made = undefined;
    } else {
      // Unlike a rename, a link never replaces what somebody else put there in the meantime.
      storage.link(made.path, path);
    }
  } catch (error) {
    if (open) quietly(() => made?.file.close());
    const left = made !== undefined && !quietly(() => storage.unlink(made?.path ?? ""));
    if (errorCode(error) === "EEXIST") return failed(exists(path));
    const fault = storageProblem(path, "create", error);
    return failed(
      left ? { ...fault, notes: [...(fault.notes ?? []), `"${made?.path}" could not be removed`] } : fault,
    );
  }
  const warnings = [];
  // From here on the file is there and whole; what still fails is worth a warning, not a failure.
  if (made !== undefined) {
    const extra = made.path;
    if (!quietly(() => storage.unlink(extra)))
      warnings.push(
        problem("rrd-storage", `"${extra}", a second name of "${path}", could not be removed`, {
          severity: "warning",
        }),
      );
  }
  if (durable && !quietly(() => storage.syncDirectory(path)))
    warnings.push(
      problem("rrd-storage", `the name "${path}" may not survive a power cut`, { severity: "warning" }),
    );
  return ok(undefined, warnings);
}

/** Root replaces the files of others: what wrote to the old file must be able to write to the new one. */
function keepOwner(file: StorageFile, old: FileStatus | undefined): void {
  const [wanted, has] = [old?.owner, file.status().owner];
  if (wanted === undefined || has === undefined) return;
  if (wanted.user !== has.user || wanted.group !== has.group) quietly(() => file.setOwner?.(wanted));
}

function exists(path: string) {
  return problem("rrd-exists", `creating '${path}': File exists`);
}

/** For what is tidied up on the way out; false when it failed. */
export function quietly(action: () => void): boolean {
  try {
    action();
    return true;
  } catch {
    return false;
  }
}
