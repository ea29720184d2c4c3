import { didYouMean, getKey, kindOf, type Mapping, type Plain } from "../base/index.ts";

/** Something wrong in a mapping; the caller knows the file and gives it a place. */
export interface GraphIssue {
  /** Keys and list indexes from the graph's mapping down. */
  readonly path: readonly (string | number)[];
  /** Whether the key or its value is wrong. */
  readonly part: "key" | "value";
  readonly code: string;
  /** One sentence without a full stop. */
  readonly message: string;
  readonly notes?: readonly string[];
}

/** Reads options out of a mapping and gathers every issue instead of stopping at the first. */
export class MappingReader {
  readonly #value: Mapping;
  readonly #path: readonly (string | number)[];
  readonly #issues: GraphIssue[];
  /** Option name to the key as written (`vertical_label` may stand for `vertical label`). */
  readonly #written = new Map<string, string>();

  constructor(
    value: Mapping,
    path: readonly (string | number)[],
    issues: GraphIssue[],
    known: readonly string[],
  ) {
    this.#value = value;
    this.#path = path;
    this.#issues = issues;
    for (const key of Object.keys(value)) {
      const name = known.includes(key) ? key : key.replaceAll("_", " ");
      if (!known.includes(name)) {
        this.issue([key], "key", "unknown-key", `unknown key "${key}"${didYouMean(name, known)}`);
      } else if (this.#written.has(name)) {
        this.issue([key], "key", "duplicate-key", `"${key}" is given twice`);
      } else this.#written.set(name, key);
    }
  }

  issue(
    path: readonly (string | number)[],
    part: "key" | "value",
    code: string,
    message: string,
    notes?: readonly string[],
  ): undefined {
    const more = notes === undefined ? {} : { notes };
    this.#issues.push({ path: [...this.#path, ...path], part, code, message, ...more });
    return undefined;
  }

  /** A reader of a mapping inside this one, gathering into the same issues. */
  inside(path: readonly (string | number)[], value: Mapping, known: readonly string[]): MappingReader {
    return new MappingReader(value, [...this.#path, ...path], this.#issues, known);
  }

  has(name: string): boolean {
    return this.#written.has(name);
  }

  get(name: string): Plain | undefined {
    const key = this.#written.get(name);
    return key === undefined ? undefined : getKey(this.#value, key);
  }

  /** The path to an option's value, as written. */
  at(name: string, ...more: (string | number)[]): (string | number)[] {
    return [this.#written.get(name) ?? name, ...more];
  }

  wrong(name: string, message: string, ...notes: string[]): undefined {
    return this.issue(this.at(name), "value", "wrong-value", message, notes.length > 0 ? notes : undefined);
  }

  text(name: string): string | undefined {
    const value = this.get(name);
    if (value === undefined) return undefined;
    if (typeof value === "string") return value;
    if (typeof value === "number" || typeof value === "bigint" || typeof value === "boolean")
      return String(value);
    return this.wrong(name, `"${name}" must be text, not ${kindOf(value)}`);
  }

  flag(name: string): boolean | undefined {
    const value = this.get(name);
    if (value === undefined || typeof value === "boolean") return value;
    return this.wrong(name, `"${name}" must be true or false, not ${kindOf(value)}`);
  }

  number(name: string, least?: number, most?: number): number | undefined {
    const value = this.get(name);
    if (value === undefined) return undefined;
    const number = toNumber(value);
    if (number === undefined) {
      // As YAML writes them.
      const shown = typeof value !== "number" ? kindOf(value) : Number.isNaN(value) ? ".nan" : "infinite";
      return this.wrong(name, `"${name}" must be a number, not ${shown}`);
    }
    if ((least !== undefined && number < least) || (most !== undefined && number > most)) {
      return this.wrong(name, `"${name}" must be from ${least} to ${most}, not ${number}`);
    }
    return number;
  }

  whole(name: string, least: number, most: number): number | undefined {
    const number = this.number(name, least, most);
    if (number === undefined || Number.isInteger(number)) return number;
    return this.wrong(name, `"${name}" must be a whole number, not ${number}`);
  }

  choice<T extends string>(name: string, choices: readonly T[]): T | undefined {
    const value = this.get(name);
    if (value === undefined) return undefined;
    const found = choices.find((choice) => choice.toLowerCase() === String(value).toLowerCase());
    if (found !== undefined && typeof value === "string") return found;
    const shown = typeof value === "string" ? `"${value}"${didYouMean(value, choices)}` : kindOf(value);
    return this.wrong(name, `"${name}" must be one of ${choices.join(", ")}, not ${shown}`);
  }
}

/** A finite number, also when written as a bigint or quoted. */
export function toNumber(value: Plain | undefined): number | undefined {
  if (typeof value === "bigint") return Number(value);
  if (typeof value === "string" && /^\s*[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?\s*$/i.test(value))
    return Number(value);
  return typeof value === "number" && Number.isFinite(value) ? value : undefined;
}
