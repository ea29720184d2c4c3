import {
  formatDuration,
  getKey,
  isMapping,
  kindOf,
  type Mapping,
  type Plain,
  parseDuration,
  type Seconds,
} from "../../base/index.ts";
import type { CheckContext, TreePath } from "../../block/index.ts";

/** Longer than a year is a slip (`1e9d`), and nothing could be tested with it. */
const LONGEST = (366 * 86_400) as Seconds;

/** Reads the keys of one mapping and reports what is wrong with them. Undefined: not there, or reported. */
export class OptionReader {
  readonly raw: Mapping;
  readonly path: TreePath;
  readonly check: CheckContext;
  failed = false;

  constructor(raw: Mapping, path: TreePath, check: CheckContext) {
    this.raw = raw;
    this.path = path;
    this.check = check;
  }

  has(key: string): boolean {
    return getKey(this.raw, key) !== undefined;
  }

  get(key: string): Plain | undefined {
    return getKey(this.raw, key);
  }

  at(key: string): TreePath {
    return [...this.path, key];
  }

  wrong(key: string, message: string, ...notes: string[]): undefined {
    this.failed = true;
    this.check.report("bad-option", message, { path: this.at(key), part: "value", notes });
    return undefined;
  }

  wrongKey(key: string, message: string, ...notes: string[]): undefined {
    this.failed = true;
    this.check.report("bad-option", message, { path: this.at(key), part: "key", notes });
    return undefined;
  }

  /** More than 0, or at least `least`. */
  duration(key: string, limits: { least?: number; zero?: boolean } = {}): Seconds | undefined {
    const value = this.get(key);
    if (value === undefined) return undefined;
    const seconds = parseDuration(value);
    if (seconds === undefined)
      return this.wrong(key, `"${key}" must be a time such as 5, 200ms or 1m, not ${show(value)}`);
    if (seconds < 0 || (seconds === 0 && limits.zero !== true))
      return this.wrong(key, `"${key}" must be more than 0, not ${show(value)}`);
    if (limits.least !== undefined && seconds < limits.least)
      return this.wrong(
        key,
        `"${key}" must be at least ${formatDuration(limits.least)}, not ${show(value)}: it would keep the machine busy with nothing else`,
      );
    if (seconds > LONGEST) return this.wrong(key, `"${key}" must be at most 366 days, not ${show(value)}`);
    return seconds;
  }

  integer(key: string, least: number, most: number): number | undefined {
    const value = this.get(key);
    if (value === undefined) return undefined;
    if (typeof value !== "number" || !Number.isInteger(value) || value < least || value > most)
      return this.wrong(key, `"${key}" must be a whole number from ${least} to ${most}, not ${show(value)}`);
    return value;
  }

  flag(key: string): boolean | undefined {
    const value = this.get(key);
    if (value === undefined || typeof value === "boolean") return value;
    return this.wrong(key, `"${key}" must be true or false, not ${show(value)}`);
  }

  text(key: string): string | undefined {
    const value = this.get(key);
    if (value === undefined) return undefined;
    if (typeof value === "string" && value !== "") return value;
    return this.wrong(key, `"${key}" must be text, not ${show(value)}`);
  }

  choice<T extends string>(key: string, choices: readonly T[]): T | undefined {
    const value = this.get(key);
    if (value === undefined) return undefined;
    const found = choices.find((choice) => choice === value);
    if (found !== undefined) return found;
    return this.wrong(key, `"${key}" must be one of ${choices.join(", ")}, not ${show(value)}`);
  }

  mapping(key: string): Mapping | undefined {
    const value = this.get(key);
    if (value === undefined || isMapping(value)) return value;
    return this.wrong(key, `"${key}" must be a mapping, not ${show(value)}`);
  }
}

/** A value in a message: short texts and numbers as they are, the rest by its kind. */
export function show(value: Plain): string {
  if (typeof value === "string") return value.length <= 40 ? `"${value}"` : `"${value.slice(0, 40)}…"`;
  if (typeof value === "number" || typeof value === "bigint" || typeof value === "boolean")
    return String(value);
  return kindOf(value);
}
