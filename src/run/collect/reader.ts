import { didYouMean, getKey, kindOf, type Mapping, type Plain } from "../../base/index.ts";
import type { CheckContext, TreePath } from "../../block/index.ts";

/** Reads the keys of one mapping and reports everything wrong with them where it stands. */
export class Reader {
  readonly value: Mapping;
  readonly path: TreePath;
  readonly check: CheckContext;
  readonly #where: string;
  /** Key as documented to key as written: `_` may stand for a blank. */
  readonly #written = new Map<string, string>();
  #failed = false;

  /** `where` names the mapping in messages: `"timeseries collect"`, `field "random"`. */
  constructor(value: Mapping, path: TreePath, check: CheckContext, where: string, keys: readonly string[]) {
    this.value = value;
    this.path = path;
    this.check = check;
    this.#where = where;
    for (const key of Object.keys(value)) {
      const name = keys.includes(key) ? key : key.replaceAll("_", " ");
      if (keys.includes(name)) this.#written.set(name, key);
      else {
        this.#failed = true;
        check.report("unknown-key", `unknown key "${key}" in ${where}${didYouMean(key, keys)}`, {
          path: [...path, key],
          part: "key",
          notes: [`known keys: ${keys.join(", ")}`],
        });
      }
    }
  }

  /** Something was wrong so far. */
  get failed(): boolean {
    return this.#failed;
  }

  fail(): undefined {
    this.#failed = true;
    return undefined;
  }

  has(key: string): boolean {
    return this.#written.has(key);
  }

  get(key: string): Plain | undefined {
    const written = this.#written.get(key);
    return written === undefined ? undefined : getKey(this.value, written);
  }

  at(key: string, ...more: (string | number)[]): TreePath {
    return [...this.path, this.#written.get(key) ?? key, ...more];
  }

  wrong(key: string, message: string, ...notes: string[]): undefined {
    return this.wrongAt(this.at(key), message, ...notes);
  }

  wrongAt(path: TreePath, message: string, ...notes: string[]): undefined {
    this.check.report("wrong-value", message, { path, part: "value", notes });
    return this.fail();
  }

  missing(key: string, message: string, ...notes: string[]): undefined {
    this.check.report("missing-key", `${this.#where} needs "${key}": ${message}`, {
      path: this.path,
      part: "key",
      notes,
    });
    return this.fail();
  }

  text(key: string, what: string): string | undefined {
    const value = this.get(key);
    if (value === undefined) return undefined;
    if (typeof value === "string" && value !== "") return value;
    return this.wrong(key, `"${key}" must be ${what}, not ${shown(value)}`);
  }

  flag(key: string): boolean | undefined {
    const value = this.get(key);
    if (value === undefined || typeof value === "boolean") return value;
    return this.wrong(key, `"${key}" must be true or false, not ${shown(value)}`);
  }
}

/** A value in a message: text in quotes, numbers as they are, everything else by kind. */
export function shown(value: Plain): string {
  if (typeof value === "string") return value === "" ? "empty text" : `"${value}"`;
  return typeof value === "number" || typeof value === "bigint" || typeof value === "boolean"
    ? String(value)
    : kindOf(value);
}
