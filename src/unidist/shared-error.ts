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
  constructor(code: SharedErrorCode, message: string) {
    super(message);
    this.name = "SharedError";
    this.code = code;
  }
}
