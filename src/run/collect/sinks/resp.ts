/** What Redis answers. */
export type Reply = string | number | null | Refusal | readonly Reply[];

export class Refusal {
  readonly message: string;
  constructor(message: string) {
    this.message = message;
  }
}

/** A command as Redis reads it: nothing in an argument can be taken for anything else. */
export function command(...words: readonly string[]): string {
  return `*${words.length}\r\n${words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`).join("")}`;
}

const mostBytes = 16_000_000;

/** Reads replies (RESP2) out of pieces as they come. */
export class ReplyReader {
  #data: Buffer = Buffer.alloc(0);

  /** The replies that are complete now; throws on what is no RESP. */
  read(piece: Buffer): Reply[] {
    this.#data = this.#data.length === 0 ? piece : Buffer.concat([this.#data, piece]);
    if (this.#data.length > mostBytes) throw new Error("the answer is too long");
    const replies: Reply[] = [];
    let at = 0;
    for (;;) {
      const found = this.#next(at, 0);
      if (found === undefined) break;
      replies.push(found.reply);
      at = found.next;
    }
    this.#data = this.#data.subarray(at);
    return replies;
  }

  #next(at: number, depth: number): { reply: Reply; next: number } | undefined {
    const end = this.#data.indexOf("\r\n", at);
    if (end < 0 || depth > 8) return undefined;
    const text = this.#data.toString("utf8", at + 1, end);
    const next = end + 2;
    switch (this.#data[at]) {
      case 0x2b: // +
        return { reply: text, next };
      case 0x2d: // -
        return { reply: new Refusal(text), next };
      case 0x3a: // :
        return { reply: Number(text), next };
      case 0x24: {
        // $
        const length = Number(text);
        if (length < 0) return { reply: null, next };
        if (this.#data.length < next + length + 2) return undefined;
        return { reply: this.#data.toString("utf8", next, next + length), next: next + length + 2 };
      }
      case 0x2a: {
        // *
        const length = Number(text);
        if (length < 0) return { reply: null, next };
        const replies: Reply[] = [];
        let from = next;
        for (let index = 0; index < length; index++) {
          const inner = this.#next(from, depth + 1);
          if (inner === undefined) return undefined;
          replies.push(inner.reply);
          from = inner.next;
        }
        return { reply: replies, next: from };
      }
      default:
        throw new Error("the answer is not Redis's");
    }
  }
}
