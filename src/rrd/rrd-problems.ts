import { type Problem, problem } from "../base/index.ts";

/** A failed file operation, naming the call and the file. */
export function storageProblem(path: string, doing: string, error: unknown): Problem {
  const { code, syscall, message } = describe(error);
  return problem("rrd-storage", `cannot ${doing} "${path}": ${syscall}${code}`, {
    notes: message === undefined ? [] : [message],
  });
}

/** A write failed in the middle of an update; `whole`: everything it had changed was put back. */
export function takenBackProblem(path: string, error: unknown, whole: boolean): Problem {
  const fault = storageProblem(path, "write", error);
  return {
    ...fault,
    notes: [
      ...(fault.notes ?? []),
      whole
        ? "the update was taken back; the file is as it was before"
        : "the update could not be taken back; rows of it may show in place of the oldest ones",
      "nothing more is written to the file until it is reloaded",
    ],
  };
}

export function errorCode(error: unknown): string | undefined {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : undefined;
}

function describe(error: unknown): { code: string; syscall: string; message: string | undefined } {
  const code = errorCode(error);
  if (code === undefined)
    return { code: error instanceof Error ? error.message : String(error), syscall: "", message: undefined };
  // Node refuses a NUL itself, before the system could.
  if (code === "ERR_INVALID_ARG_VALUE")
    return { code: "EINVAL", syscall: "", message: "a file name cannot have a NUL in it" };
  const syscall =
    error instanceof Error && "syscall" in error && typeof error.syscall === "string"
      ? `${error.syscall} failed with `
      : "";
  return { code, syscall, message: meanings[code] };
}

const meanings: Readonly<Record<string, string>> = {
  ENOSPC: "no space is left on the file system",
  EACCES: "permission denied",
  EROFS: "the file system is read-only",
  ENOENT: "no such file or directory",
  EIO: "the device reported an input/output error",
  EFBIG: "the file would be larger than allowed",
  EMFILE: "too many open files",
  EDQUOT: "the disk quota is used up",
};
