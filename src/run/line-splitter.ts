import { StringDecoder } from "node:string_decoder";

/**
 * Cuts a stream of bytes into lines without ever holding more than `longest` characters of one: the rest of a longer
 * line is dropped and the line marked as cut. Invalid UTF-8 becomes U+FFFD; NUL and other control characters stay.
 */
export class LineSplitter {
  readonly #longest: number;
  readonly #onLine: (line: string, cut: boolean) => void;
  readonly #decoder = new StringDecoder("utf8");
  #pieces: string[] = [];
  #length = 0;
  #cut = false;

  constructor(longest: number, onLine: (line: string, cut: boolean) => void) {
    this.#longest = longest;
    this.#onLine = onLine;
  }

  write(chunk: Buffer): void {
    this.#take(this.#decoder.write(chunk));
  }

  /** What comes after the last line end is a line too. */
  end(): void {
    this.#take(this.#decoder.end());
    if (this.#length > 0 || this.#cut) this.#emit();
  }

  #take(text: string): void {
    let from = 0;
    for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", from)) {
      this.#add(text.slice(from, at));
      this.#emit();
      from = at + 1;
    }
    this.#add(text.slice(from));
  }

  #add(text: string): void {
    if (text === "") return;
    const room = this.#longest - this.#length;
    if (text.length > room) this.#cut = true;
    if (room <= 0) return;
    const kept = text.length > room ? text.slice(0, room) : text;
    this.#pieces.push(kept);
    this.#length += kept.length;
  }

  #emit(): void {
    const line = this.#pieces.join("");
    const cut = this.#cut;
    this.#pieces = [];
    this.#length = 0;
    this.#cut = false;
    this.#onLine(line.endsWith("\r") ? line.slice(0, -1) : line, cut);
  }
}
