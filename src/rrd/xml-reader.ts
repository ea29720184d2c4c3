/** What an XML document is made of, comments and instructions left out. */
export type XmlToken =
  | { readonly kind: "open"; readonly name: string }
  | { readonly kind: "close"; readonly name: string }
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "end" };

export class XmlFault extends Error {}

/** Nothing in a dump is longer, comments included; characters. */
const LONGEST_TOKEN = 64 * 1024;
const DEEPEST = 32;
const entities: Readonly<Record<string, string>> = { lt: "<", gt: ">", amp: "&", quot: '"', apos: "'" };

/**
 * Reads the XML of dumps piece by piece, in bounded memory; text is Latin-1, one character per byte. A document type is
 * passed over if it only names itself; declarations in it are refused, and with them every entity but XML's own five.
 */
export class XmlReader {
  readonly #read: () => string;
  #text = "";
  #at = 0;
  #ended = false;
  #line = 1;
  readonly #open: string[] = [];
  #pendingClose: string | undefined;
  #rootSeen = false;

  /** `read` returns the next piece, "" at the end. */
  constructor(read: () => string) {
    this.#read = read;
  }

  /** Counted from 1. */
  get line(): number {
    return this.#line;
  }

  fault(message: string): XmlFault {
    return new XmlFault(`line ${this.#line}: ${message}`);
  }

  next(): XmlToken {
    if (this.#pendingClose !== undefined) {
      const name = this.#pendingClose;
      this.#pendingClose = undefined;
      this.#open.pop();
      return { kind: "close", name };
    }
    for (;;) {
      if (!this.#holds(1)) {
        const missing = this.#open.at(-1);
        if (missing !== undefined) throw this.fault(`the document ends inside <${missing}>`);
        if (!this.#rootSeen) throw this.fault("the document is empty");
        return { kind: "end" };
      }
      if (this.#text[this.#at] !== "<") {
        const text = this.#decode(this.#upTo("<", "text"));
        if (this.#open.length > 0) return { kind: "text", text };
        if (text.trim() !== "" && text !== BYTE_ORDER_MARK)
          throw this.fault("there is text outside the document's element");
      } else if (this.#startsWith("<!--")) {
        this.#upTo("-->", "comment");
        this.#skip(3);
      } else if (this.#startsWith("<?")) {
        this.#upTo("?>", "instruction");
        this.#skip(2);
      } else if (this.#startsWith("<!DOCTYPE")) this.#documentType();
      else if (this.#startsWith("<!")) throw this.fault("only elements, text and comments are understood");
      else return this.#tag();
    }
  }

  #documentType(): void {
    const declaration = this.#upTo(">", "document type");
    this.#skip(1);
    if (this.#rootSeen || declaration.includes("["))
      throw this.fault("a document type with declarations of its own is refused");
  }

  #tag(): XmlToken {
    const tag = this.#upTo(">", "tag");
    this.#skip(1);
    const match = /^<(\/?)([\w.:-]+)(?:\s+[\w.:-]+\s*=\s*(?:"[^"<]*"|'[^'<]*'))*\s*(\/?)$/.exec(tag);
    const [, slash, name = "", empty] = match ?? [];
    if (match === null) throw this.fault(`"${tag.slice(0, 40)}>" is no tag`);
    if (slash === "/") {
      if (this.#open.pop() !== name) throw this.fault(`</${name}> does not close what is open`);
      return { kind: "close", name };
    }
    if (this.#open.length === 0 && this.#rootSeen) throw this.fault("there is more than one document");
    if (this.#open.length === DEEPEST) throw this.fault(`elements are nested deeper than ${DEEPEST}`);
    this.#rootSeen = true;
    this.#open.push(name);
    if (empty === "/") this.#pendingClose = name;
    return { kind: "open", name };
  }

  /** The text before `mark`, which is not taken; before the end of the document if the mark is "<". */
  #upTo(mark: string, what: string): string {
    for (let from = this.#at; ; ) {
      const found = this.#text.indexOf(mark, from);
      const length = (found < 0 ? this.#text.length : found) - this.#at;
      if (length > LONGEST_TOKEN) throw this.fault(`a ${what} is longer than ${LONGEST_TOKEN} characters`);
      if (found >= 0 || this.#ended) {
        if (found < 0 && mark !== "<") throw this.fault(`a ${what} does not end`);
        const text = this.#text.slice(this.#at, this.#at + length);
        this.#skip(length);
        return text;
      }
      const kept = this.#text.length - this.#at;
      this.#fill();
      from = this.#at + Math.max(0, kept - mark.length + 1);
    }
  }

  #skip(length: number): void {
    const end = this.#at + length;
    for (
      let at = this.#text.indexOf("\n", this.#at);
      at >= 0 && at < end;
      at = this.#text.indexOf("\n", at + 1)
    )
      this.#line++;
    this.#at = end;
  }

  #startsWith(mark: string): boolean {
    this.#holds(mark.length);
    return this.#text.startsWith(mark, this.#at);
  }

  #holds(length: number): boolean {
    while (this.#text.length - this.#at < length && !this.#ended) this.#fill();
    return this.#text.length - this.#at >= length;
  }

  #fill(): void {
    const more = this.#read();
    if (more === "") this.#ended = true;
    this.#text = this.#text.slice(this.#at) + more;
    this.#at = 0;
  }

  #decode(text: string): string {
    if (!text.includes("&")) return text;
    return text.replace(/&([^;\s]{0,10};?)/g, (whole, name: string) => {
      const code = /^#(?:x([0-9a-f]{1,6})|(\d{1,7}));$/i.exec(name);
      const number =
        code === null ? Number.NaN : Number.parseInt(code[1] ?? code[2] ?? "", code[1] ? 16 : 10);
      if (number > 0 && number < 0x11_0000)
        return Buffer.from(String.fromCodePoint(number)).toString("latin1");
      const known = name.endsWith(";") ? name.slice(0, -1) : "";
      if (Object.hasOwn(entities, known)) return entities[known] ?? "";
      throw this.fault(`"${whole}" is no known entity`);
    });
  }
}

/** As Latin-1. */
const BYTE_ORDER_MARK = "\u00ef\u00bb\u00bf";
