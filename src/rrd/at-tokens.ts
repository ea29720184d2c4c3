/** The words of at-style times. */
export type AtWord =
  | "now"
  | "start"
  | "end"
  | "epoch"
  | "noon"
  | "midnight"
  | "teatime"
  | "am"
  | "pm"
  | "yesterday"
  | "today"
  | "tomorrow"
  | "month name"
  | "weekday";

export type AtUnit = "seconds" | "minutes" | "hours" | "days" | "weeks" | "months" | "years" | "m";

export type AtToken =
  | { readonly kind: "number"; readonly text: string }
  | { readonly kind: "word"; readonly text: string }
  | { readonly kind: ":" | "." | "+" | "-" | "/"; readonly text: string }
  /** The end of the text or anything that cannot be read. */
  | { readonly kind: "end"; readonly text: string };

const words: Readonly<Record<string, AtWord>> = {
  now: "now",
  n: "now",
  start: "start",
  s: "start",
  end: "end",
  e: "end",
  epoch: "epoch",
  noon: "noon",
  midnight: "midnight",
  teatime: "teatime",
  am: "am",
  pm: "pm",
  yesterday: "yesterday",
  today: "today",
  tomorrow: "tomorrow",
};

const units: Readonly<Record<string, AtUnit>> = {
  s: "seconds",
  sec: "seconds",
  second: "seconds",
  seconds: "seconds",
  m: "m",
  min: "minutes",
  minute: "minutes",
  minutes: "minutes",
  h: "hours",
  hr: "hours",
  hour: "hours",
  hours: "hours",
  d: "days",
  day: "days",
  days: "days",
  w: "weeks",
  wk: "weeks",
  week: "weeks",
  weeks: "weeks",
  mon: "months",
  month: "months",
  months: "months",
  y: "years",
  yr: "years",
  year: "years",
  years: "years",
};

const monthNames =
  "january february march april may june july august september october november december".split(" ");
const weekdayNames = "sunday monday tuesday wednesday thursday friday saturday".split(" ");

export function wordOf(token: AtToken): AtWord | undefined {
  if (token.kind !== "word") return undefined;
  const text = token.text.toLowerCase();
  if (Object.hasOwn(words, text)) return words[text];
  if (monthOf(token) >= 0) return "month name";
  return weekdayOf(token) >= 0 ? "weekday" : undefined;
}

export function unitOf(token: AtToken): AtUnit | undefined {
  const text = token.text.toLowerCase();
  return token.kind === "word" && Object.hasOwn(units, text) ? units[text] : undefined;
}

/** 0 = January; -1 = no month's name, in full or its first three letters. */
export function monthOf(token: AtToken): number {
  return indexOfName(token.text, monthNames);
}

/** 0 = Sunday. */
export function weekdayOf(token: AtToken): number {
  return indexOfName(token.text, weekdayNames);
}

function indexOfName(text: string, names: readonly string[]): number {
  const wanted = text.toLowerCase();
  return names.findIndex((name) => name === wanted || name.slice(0, 3) === wanted);
}

/** Reads tokens one by one; blanks, `_` and `,` separate them. */
export class AtTokens {
  readonly #text: string;
  #next = 0;
  token: AtToken = { kind: "end", text: "" };

  constructor(text: string) {
    this.#text = text;
    this.advance();
  }

  advance(): AtToken {
    while (/[\s_,]/.test(this.#text[this.#next] ?? "")) this.#next++;
    const from = this.#next;
    const rest = this.#text.slice(from);
    const run = /^(?:\d+|[a-z]+)/i.exec(rest)?.[0];
    const character = rest[0] ?? "";
    if (run !== undefined) {
      this.#next += run.length;
      this.token = { kind: /\d/.test(run) ? "number" : "word", text: run };
    } else if (
      character === ":" ||
      character === "." ||
      character === "+" ||
      character === "-" ||
      character === "/"
    ) {
      this.#next++;
      this.token = { kind: character, text: character };
    } else this.token = { kind: "end", text: character };
    return this.token;
  }

  /** The token and all behind it: for messages. */
  get trail(): string {
    return this.token.text + this.#text.slice(this.#next);
  }

  mark(): () => void {
    const { token } = this;
    const next = this.#next;
    return () => {
      this.token = token;
      this.#next = next;
    };
  }
}
