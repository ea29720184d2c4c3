/** What rrdcached says to one command. */
export interface RrdcachedAnswer {
  /** Below zero: refused. */
  readonly status: number;
  /** Behind the number. */
  readonly text: string;
  /** As many as a status above zero says. */
  readonly lines: readonly string[];
}

/** A server that sends this much without completing an answer is none. */
const longestAnswer = 4 * 1024 * 1024;

/** Reads answers out of pieces as they come. */
export class AnswerReader {
  #text = "";

  /** The answers that are complete now; throws on what is none. */
  read(piece: string): RrdcachedAnswer[] {
    this.#text += piece;
    const answers: RrdcachedAnswer[] = [];
    let at = 0;
    for (;;) {
      const found = this.#next(at);
      if (found === undefined) break;
      if (found.answer !== undefined) answers.push(found.answer);
      at = found.end;
    }
    this.#text = this.#text.slice(at);
    if (this.#text.length > longestAnswer) throw new Error("an answer without end");
    return answers;
  }

  #next(start: number): { readonly answer: RrdcachedAnswer | undefined; readonly end: number } | undefined {
    const end = this.#text.indexOf("\n", start);
    if (end < 0) return undefined;
    const head = this.#text.slice(start, end);
    // Its answer about a folder that is missing has a second line, which no number announces.
    if (head.startsWith("Did you pass -R")) return { answer: undefined, end: end + 1 };
    const match = /^(-?\d{1,9}) ?(.*)$/.exec(head);
    if (match === null) throw new Error(`"${head.slice(0, 80)}" is no answer of an rrdcached`);
    const status = Number(match[1]);
    const lines: string[] = [];
    let at = end + 1;
    while (lines.length < status) {
      const next = this.#text.indexOf("\n", at);
      if (next < 0) return undefined;
      lines.push(this.#text.slice(at, next));
      at = next + 1;
    }
    return { answer: { status, text: match[2] ?? "", lines }, end: at };
  }
}
