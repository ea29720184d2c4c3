/** A graph element's text taken apart: `LINE2:a#ff0000:In\: all:STACK`. */
export interface ElementWords {
  /** As given, for messages. */
  readonly text: string;
  /** In capitals as given: `LINE2`. */
  readonly verb: string;
  /** What stands between the colons, `\:` made plain, without the named arguments. */
  readonly rest: string[];
  /** `name=value` that the element knows. */
  readonly named: ReadonlyMap<string, string>;
  /** Words that stand alone and that the element knows. */
  readonly flags: ReadonlySet<string>;
}

/** What is wrong with an argument, in the words that rrdtool has for it where it has any. */
export class GraphFault extends Error {}

/** Cut at colons; `\:` is a colon of the text, other backslashes stay. */
export function cutAtColons(text: string): string[] {
  const parts: string[] = [];
  let part = "";
  for (let at = 0; at < text.length; at++) {
    const letter = text[at];
    if (letter === "\\" && text[at + 1] === ":") {
      part += ":";
      at++;
    } else if (letter === ":") {
      parts.push(part);
      part = "";
    } else part += letter;
  }
  parts.push(part);
  return parts;
}

export function readElement(
  text: string,
  parts: readonly string[],
  keys: readonly string[],
  flags: readonly string[],
): ElementWords {
  const [verb = "", ...others] = parts;
  const rest: string[] = [];
  const named = new Map<string, string>();
  const set = new Set<string>();
  for (const part of others) {
    const equals = part.indexOf("=");
    const key = equals < 0 ? part : part.slice(0, equals);
    if (equals > 0 && keys.includes(key) && !named.has(key)) named.set(key, part.slice(equals + 1));
    else if (equals < 0 && flags.includes(part) && !set.has(part)) set.add(part);
    else rest.push(part);
  }
  return { text, verb, rest, named, flags: set };
}

/** Nothing may be left over: a misspelt argument is an error, never ignored. */
export function noMore({ rest, text }: ElementWords, taken: number): void {
  if (rest.length > taken) {
    throw new GraphFault(`Unused Arguments "${rest.slice(taken).join(":")}" in command : ${text}`);
  }
}
