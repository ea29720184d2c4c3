export type SharedErrorCode =
  | "overflow"
  | "bad-value"
  | "queue-full"
  | "too-large"
  | "bad-name"
  | "not-held"
  | "lost"
  | "closed"
  | "not-shareable"
  | "unknown-store"
  | "unavailable"
  | "newer-schema";

/** What a caller of a shared thing can cause; `code` is for programs, `message` is one sentence. */
export class SharedError extends Error {
  readonly code: SharedErrorCode;

  /** Backends are loaded from files of their own, which may have another copy of this class. */
  static override [Symbol.hasInstance](value: unknown): boolean {
    return value instanceof Error && value.name === "SharedError";
  }

  constructor(code: SharedErrorCode, message: string) {
    super(message);
    this.name = "SharedError";
    this.code = code;
  }
}
