import { openSync, readSync } from "node:fs";

/**
 * A file of Linux's /proc, opened once and read from its start as often as wanted, into one buffer: a sample costs a
 * system call and no new memory.
 */
export class ProcFile {
  readonly #path: string;
  #descriptor: number | undefined;
  #buffer = Buffer.allocUnsafe(8192);

  constructor(path: string) {
    this.#path = path;
  }

  /** The whole text. Throws what `node:fs` throws. */
  read(): string {
    this.#descriptor ??= openSync(this.#path, "r");
    for (;;) {
      const length = readSync(this.#descriptor, this.#buffer, 0, this.#buffer.length, 0);
      if (length < this.#buffer.length) return this.#buffer.toString("latin1", 0, length);
      this.#buffer = Buffer.allocUnsafe(this.#buffer.length * 2);
    }
  }
}

/** The whole number after `name` at the start of a line of `text`; undefined when there is no such line. */
export function numberAfter(text: string, name: string): number | undefined {
  const line = text.startsWith(name) ? 0 : text.indexOf(`\n${name}`) + 1;
  if (line === 0 && !text.startsWith(name)) return undefined;
  let at = line + name.length;
  while (text.charCodeAt(at) === 32) at++;
  let value = 0;
  let digits = 0;
  for (; ; at++, digits++) {
    const digit = text.charCodeAt(at) - 48;
    if (!(digit >= 0 && digit <= 9)) break;
    value = value * 10 + digit;
  }
  return digits > 0 ? value : undefined;
}
