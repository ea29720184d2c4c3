import { emptyMapping, type Plain, setKey } from "../../../base/index.ts";
import { WrongCall } from "./verb.ts";

/** A word of the command line: JSON if it is JSON, else the text it is. */
export function valueOfWord(word: string, asText: boolean): Plain {
  if (asText) return word;
  try {
    return withBigints(word);
  } catch {
    return word;
  }
}

/** Whole numbers that a double cannot hold come as bigint. */
function withBigints(json: string): Plain {
  return JSON.parse(json, (_key, value: unknown, context?: { source?: string }) => {
    if (typeof value === "number" && !Number.isSafeInteger(value) && /^-?\d+$/.test(context?.source ?? ""))
      return BigInt(context?.source ?? 0);
    if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
    const copy = emptyMapping();
    for (const [key, item] of Object.entries(value)) setKey(copy, key, item as Plain);
    return copy;
  }) as Plain;
}

export function wholeNumber(word: string): bigint {
  if (!/^[+-]?\d{1,20}$/.test(word)) throw new WrongCall(`"${word}" is no whole number`);
  return BigInt(word);
}
