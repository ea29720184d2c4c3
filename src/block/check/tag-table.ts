import { editDistance, type Plain } from "../../base/index.ts";
import type { TagFunction } from "../types.ts";

export interface TagMatch {
  readonly tag: TagFunction;
  readonly groups: Readonly<Record<string, string>>;
}

/** Finds the tag of a key. Most keys are data: those are told apart by their first word, without trying a pattern. */
export class TagTable {
  readonly #byFirstWord = new Map<string, { tag: TagFunction; words: readonly string[] }[]>();
  readonly #all: { tag: TagFunction; words: readonly string[] }[] = [];

  constructor(tags: readonly TagFunction[]) {
    for (const tag of tags) {
      const words = tag.words.split(" ");
      const entry = { tag, words };
      this.#all.push(entry);
      const first = words[0] ?? "";
      const same = this.#byFirstWord.get(first);
      if (same === undefined) this.#byFirstWord.set(first, [entry]);
      else same.push(entry);
    }
  }

  match(key: string): TagMatch | undefined {
    const first = /^[^ _]*/.exec(key)?.[0] ?? "";
    const candidates = this.#byFirstWord.get(first);
    if (candidates === undefined) return undefined;
    for (const { tag, words } of candidates) {
      const match = tag.pattern.exec(withSpaces(key, words));
      if (match !== null) return { tag, groups: { ...match.groups } };
    }
    return undefined;
  }

  /** The key as it was probably meant, if it looks like a misspelt tag and its value would fit that tag. */
  misspelt(key: string, value: Plain): string | undefined {
    let best: string | undefined;
    let bestDistance = Number.POSITIVE_INFINITY;
    for (const { tag, words } of this.#all) {
      if (!tag.fits(value)) continue;
      const meant = repaired(key, words);
      if (meant === undefined || meant.distance >= bestDistance) continue;
      if (tag.pattern.test(meant.key)) {
        best = meant.key;
        bestDistance = meant.distance;
      }
    }
    return best;
  }
}

/**
 * `_` for the space, but only inside a tag's fixed words: `run_simultaneous`, `list_add disks`. Before a name it stays,
 * because `set_point: 5` is data.
 */
function withSpaces(key: string, words: readonly string[]): string {
  let spaced = key;
  for (let index = 1; index < words.length; index++) {
    const pair = `${words[index - 1]}_${words[index]}`;
    const at = spaced.indexOf(pair);
    if (at < 0 || (at > 0 && spaced[at - 1] !== " ")) continue;
    const after = spaced[at + pair.length];
    if (after !== undefined && after !== " " && after !== "_") continue;
    spaced = `${spaced.slice(0, at)}${pair.replace("_", " ")}${spaced.slice(at + pair.length)}`;
  }
  return spaced;
}

/** The key with its first words replaced by the tag's, if they are near enough to be a slip. */
export function repaired(
  key: string,
  words: readonly string[],
): { key: string; distance: number } | undefined {
  const wanted = words.join(" ");
  const tokens = key.split(/[ _]/, words.length);
  if (tokens.length < words.length) return undefined;
  const written = key.slice(0, tokens.join(" ").length);
  const most = wanted.length <= 3 ? 1 : wanted.length <= 8 ? 2 : 3;
  // Told apart without measuring: nearly every key is data, and a slip rarely hits the first letter.
  if (Math.abs(written.length - wanted.length) > most) return undefined;
  if (written[0] !== wanted[0] && written[1] !== wanted[0] && written[0] !== wanted[1]) return undefined;
  const distance = editDistance(written.replaceAll("_", " ").toLowerCase(), wanted, most + 1);
  if (distance > most) return undefined;
  // `net` is not a slip of `set`: short words keep their first letter, or have two letters swapped.
  if (
    wanted.length <= 3 &&
    distance > 0 &&
    written[0] !== wanted[0] &&
    written.length !== wanted.length + 1
  ) {
    const swapped = [...written].toSorted().join("") === [...wanted].toSorted().join("");
    if (!swapped) return undefined;
  }
  return { key: wanted + key.slice(written.length), distance };
}
