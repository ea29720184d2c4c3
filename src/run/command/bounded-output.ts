/**
 * Collects output in bytes up to a limit. Decoded once, at the end: invalid UTF-8 becomes U+FFFD; NUL and other control
 * characters are kept, as they are data.
 */
export class BoundedOutput {
  readonly #limit: number;
  readonly #whenFull: "fail" | "drop";
  #chunks: Buffer[] = [];
  #size = 0;

  constructor(limit: number, whenFull: "fail" | "drop") {
    this.#limit = limit;
    this.#whenFull = whenFull;
  }

  /** False when the limit is exceeded. With "drop" the oldest output goes instead: the last words count. */
  add(chunk: Buffer): boolean {
    if (this.#whenFull === "fail") {
      if (this.#size + chunk.length > this.#limit) return false;
    } else {
      while (this.#size + chunk.length > this.#limit) {
        const oldest = this.#chunks.shift();
        if (oldest === undefined) return true;
        this.#size -= oldest.length;
      }
    }
    this.#size += chunk.length;
    this.#chunks.push(chunk);
    return true;
  }

  text(): string {
    return Buffer.concat(this.#chunks).toString("utf8");
  }
}
