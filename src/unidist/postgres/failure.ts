import { SharedError } from "../shared-error.ts";

/** What a query failed with, as far as it matters what to do next. */
export type QueryFailure =
  /** The connection was lost: whether the statement took effect is not known. */
  | "connection"
  /** Refused before it began; soon it may be taken. */
  | "busy"
  | "overflow"
  /** The store cannot be written now. */
  | "store"
  /** Ours. */
  | "other";

/** SQLSTATE codes or their classes, and Node's codes. */
const kinds: readonly (readonly [RegExp, QueryFailure])[] = [
  [/^22003$/, "overflow"],
  [/^(57P0[12]|08...|25P03|57P05)$/, "connection"],
  [/^(57P03|53300|40001|40P01)$/, "busy"],
  [/^(ECONNREFUSED|ENOENT|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EAI_AGAIN)$/, "busy"],
  [/^(ECONNRESET|EPIPE)$/, "connection"],
  [/^(25006|53...|58...|57014|42501|28...|3D000|42P01|3F000)$/, "store"],
];

export function failureOf(error: unknown): QueryFailure {
  const code = codeOf(error);
  if (code === undefined)
    return error instanceof Error && /connection|timeout|not queryable/i.test(error.message)
      ? "connection"
      : "other";
  return kinds.find(([pattern]) => pattern.test(code))?.[1] ?? "other";
}

function codeOf(error: unknown): string | undefined {
  const { code, errors } = error as { code?: unknown; errors?: readonly unknown[] };
  if (typeof code === "string") return code;
  // A name with several addresses fails with one error for each.
  return errors === undefined ? undefined : codeOf(errors[0]);
}

export function unavailable(url: string, error: unknown, more = ""): SharedError {
  const reason = error instanceof Error && error.message !== "" ? error.message : String(codeOf(error));
  return new SharedError("unavailable", `the store ${url} cannot be used: ${reason}${more}`);
}
