/**
 * What the character at `offset` of a POSIX shell command is inside of, when a word that is quoted on its own is not
 * one word there or is evaluated again: `double quotes`, `single quotes`, `backquotes`, `a comment`,
 * `a here-document` …; undefined where such a word is safe: anywhere a command's word may stand, also in `$( … )`.
 * Where shells differ or the end cannot be found for certain, all that follows is refused.
 */
export function quotesAt(command: string, offset: number): string | undefined {
  return new Scanner(command, offset).inside();
}

/** What may enclose a word: the command itself, `$( … )` and `( … )` hold commands, double quotes hold text. */
type Context = "command" | "substitution" | "subshell" | "double quotes";

/** `${name}`, `${#name}`, `${name:-word}` with nothing inside that could be a quote or another substitution. */
const plainParameter = /\$\{[^'"`\\$(){}\n]*\}/y;
/** `$((1 + $x))`: numbers, names and signs only. */
const plainArithmetic = /\$\(\((?:[^'"`\\${}#;\n]|\$[A-Za-z0-9_]+)*?\)\)/y;
const hereDocument = /<<(-?)[ \t]*(?:'([^'\n]+)'|"([^"\n\\$`]+)"|([A-Za-z0-9_.+-]+))/y;

/** What all that follows is refused for, too. */
const notPlain = {
  // biome-ignore lint/suspicious/noTemplateCurlyInString: the shell's, not ours
  parameter: "or behind a ${ … } that is more than a name and plain text",
  arithmetic: "or behind $(( … ))",
  escapes: "or behind $'…'",
  double: "or behind (( … ))",
  choice: "or behind a case in $( … )",
  continued: "or behind a line that is continued inside a word",
} as const;

class Scanner {
  readonly #text: string;
  readonly #offset: number;
  readonly #contexts: Context[] = ["command"];
  /** Here-documents whose bodies begin at the next line end. */
  #waiting: { end: string; tabs: boolean }[] = [];
  #at = 0;

  constructor(text: string, offset: number) {
    this.#text = text;
    this.#offset = offset;
  }

  inside(): string | undefined {
    while (this.#at < this.#offset) {
      const found = this.#top() === "double quotes" ? this.#quoted() : this.#command();
      if (found !== undefined) return found;
    }
    return this.#top() === "double quotes" ? "double quotes" : undefined;
  }

  #top(): Context {
    return this.#contexts.at(-1) ?? "command";
  }

  #quoted(): string | undefined {
    const character = this.#text[this.#at];
    if (character === "\\") return this.#escape();
    if (character === "`") return this.#until("`", true, "backquotes");
    if (character === "$") return this.#dollar();
    if (character === '"') this.#contexts.pop();
    return this.#skip(1);
  }

  #command(): string | undefined {
    const text = this.#text;
    const at = this.#at;
    switch (text[at]) {
      case "\\":
        return this.#escape();
      case "'":
        return this.#until("'", false, "single quotes");
      case '"':
        this.#contexts.push("double quotes");
        return this.#skip(1);
      case "`":
        return this.#until("`", true, "backquotes");
      case "$":
        return this.#dollar();
      case "(":
        if (text[at + 1] === "(") return notPlain.double;
        this.#contexts.push("subshell");
        return this.#skip(1);
      case ")":
        // Without an opening one it ends a pattern of `case`.
        if (this.#contexts.length > 1) this.#contexts.pop();
        return this.#skip(1);
      case "#":
        return this.#hash();
      case "<":
        return this.#less();
      case "\n":
        this.#at++;
        return this.#bodies();
      case "c":
        // The `)` of its patterns cannot be told from the one that ends the substitution.
        if (this.#contexts.includes("substitution") && this.#text.startsWith("case", at))
          return notPlain.choice;
        return this.#skip(1);
      default:
        return this.#skip(1);
    }
  }

  /** `$( … )`, `${ … }`, `$(( … ))`, `$'…'`, or a plain `$`. */
  #dollar(): string | undefined {
    const next = this.#text[this.#at + 1];
    // Arithmetic for some shells.
    if (next === "[") return notPlain.arithmetic;
    if (next === "{") return this.#whole(plainParameter, notPlain.parameter);
    if (next === "(" && this.#text[this.#at + 2] === "(")
      return this.#whole(plainArithmetic, notPlain.arithmetic);
    if (next === "(") {
      this.#contexts.push("substitution");
      return this.#skip(2);
    }
    // Some shells know backslashes inside, others do not.
    if (next === "'" && this.#top() !== "double quotes") return notPlain.escapes;
    return this.#skip(1);
  }

  #less(): string | undefined {
    if (!this.#text.startsWith("<<", this.#at)) return this.#skip(1);
    if (this.#text[this.#at + 2] === "<") return this.#skip(3);
    hereDocument.lastIndex = this.#at;
    const match = hereDocument.exec(this.#text);
    if (match === null) return "a here-document";
    const [all, dash, single, double, plain] = match;
    // A delimiter that goes on is none that is understood here: `<<a"b"`.
    if (!/^(?:[ \t\n;&|<>()]|$)/.test(this.#text.slice(this.#at + all.length, this.#at + all.length + 1)))
      return "a here-document";
    this.#waiting.push({ end: single ?? double ?? plain ?? "", tabs: dash === "-" });
    return this.#skip(all.length);
  }

  #bodies(): string | undefined {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const { end, tabs } of waiting) {
      for (;;) {
        const lineEnd = this.#text.indexOf("\n", this.#at);
        if (lineEnd < 0 || lineEnd >= this.#offset) return "a here-document";
        const line = this.#text.slice(this.#at, lineEnd);
        // Continued, it takes the next line, perhaps the delimiter, with it.
        if (line.endsWith("\\")) return "a here-document";
        this.#at = lineEnd + 1;
        if ((tabs ? line.replace(/^\t+/, "") : line) === end) break;
      }
    }
    return undefined;
  }

  #comment(): string | undefined {
    const end = this.#text.indexOf("\n", this.#at);
    if (end < 0 || end >= this.#offset) return "a comment";
    this.#at = end;
    return undefined;
  }

  /** To behind the closing character. */
  #until(close: string, escapes: boolean, name: string): string | undefined {
    for (let at = this.#at + 1; at < this.#offset; at++) {
      if (escapes && this.#text[at] === "\\") at++;
      else if (this.#text[at] === close) {
        this.#at = at + 1;
        return undefined;
      }
    }
    return name;
  }

  #whole(pattern: RegExp, name: string): string | undefined {
    pattern.lastIndex = this.#at;
    const match = pattern.exec(this.#text);
    if (match === null || this.#at + match[0].length > this.#offset) return name;
    return this.#skip(match[0].length);
  }

  /** A line that is continued behind a blank is as good as a blank; inside a word it may make one of two halves. */
  #escape(): string | undefined {
    const continued = this.#text[this.#at + 1] === "\n";
    if (continued && !/[ \t]/.test(this.#text[this.#at - 1] ?? "x")) return notPlain.continued;
    return this.#skip(2);
  }

  /** A comment at the start of a word. Blanks are the shell's, which knows fewer than a regular expression's. */
  #hash(): string | undefined {
    const before = this.#at === 0 ? "\n" : (this.#text[this.#at - 1] ?? "");
    if (/[<>{}]/.test(before)) return "a comment";
    return /[ \t\n;&|()]/.test(before) ? this.#comment() : this.#skip(1);
  }

  #skip(length: number): undefined {
    this.#at += length;
    return undefined;
  }
}
