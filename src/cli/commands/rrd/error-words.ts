import type { Problem } from "../../../base/index.ts";

/** A problem in the words rrdtool has for it, with files named as they were given. */
export function errorWords(problem: Problem, names: ReadonlyMap<string, string>): string {
  // What a daemon says of a file it says of it as it knows it.
  if (problem.code === "rrdcached-refused") return problem.message;
  const [, doing, path, code] =
    /^cannot (\w+) "(.*)": (?:\w+ failed with )?(E[A-Z0-9]+)$/s.exec(problem.message) ?? [];
  if (problem.code === "rrd-storage" && path !== undefined && code !== undefined) {
    const verb = doing === "create" ? "creating" : doing === "open" ? "opening" : `cannot ${doing}`;
    return `${verb} '${names.get(path) ?? path}': ${systemError(code)}`;
  }
  let { message } = problem;
  for (const [path, name] of names) {
    if (path === "") continue;
    message = message.replaceAll(`"${path}"`, `'${name}'`).replaceAll(path, name);
  }
  return message;
}

/** What C's `strerror` says of an error of the system. */
export function systemError(code: string): string {
  return texts[code] ?? code;
}

const texts: Readonly<Record<string, string>> = {
  EACCES: "Permission denied",
  EAFNOSUPPORT: "Address family not supported by protocol",
  EBADF: "Bad file descriptor",
  ECONNREFUSED: "Connection refused",
  ECONNRESET: "Connection reset by peer",
  EDQUOT: "Disk quota exceeded",
  EEXIST: "File exists",
  EFBIG: "File too large",
  EHOSTUNREACH: "No route to host",
  EINVAL: "Invalid argument",
  EIO: "Input/output error",
  EISDIR: "Is a directory",
  ELOOP: "Too many levels of symbolic links",
  EMFILE: "Too many open files",
  ENAMETOOLONG: "File name too long",
  ENETUNREACH: "Network is unreachable",
  ENFILE: "Too many open files in system",
  ENODEV: "No such device",
  ENOENT: "No such file or directory",
  ENOMEM: "Cannot allocate memory",
  ENOSPC: "No space left on device",
  ENOTDIR: "Not a directory",
  EPERM: "Operation not permitted",
  EROFS: "Read-only file system",
  ETIMEDOUT: "Connection timed out",
  ETXTBSY: "Text file busy",
  // Node's own, for a NUL in a name.
  ERR_INVALID_ARG_VALUE: "Invalid argument",
  EXDEV: "Invalid cross-device link",
};
