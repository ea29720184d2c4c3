import { basename } from "node:path";
import { fileURLToPath } from "node:url";
import type { Place } from "../../base/index.ts";
import type { Failure, FailureKind } from "../failure.ts";

/** Longest text of an error that is passed on. */
const LONGEST_MESSAGE = 4_000;
const LONGEST_STACK = 16_000;
const MOST_FRAMES = 30;

/** The frames of these files are ours; the user's stack is shown without them. */
const ownFolder = new URL(".", import.meta.url).href;

/**
 * What an error thrown by a script says and where: the place is the first frame in the script itself, else in any
 * file of the user's. `prefix` comes before the message: `script "a.ts" threw`.
 */
export function describeError(error: unknown, file: string, kind: FailureKind, verb: string): Failure {
  const start = `script "${basename(file)}" ${verb}`;
  if (!isError(error)) {
    return { kind, message: `${start} ${cut(shown(error), LONGEST_MESSAGE)}, which is no Error` };
  }
  const name = text(() => error.name) ?? "Error";
  const message = text(() => error.message) ?? "";
  const stack = text(() => error.stack) ?? "";
  const frames = userFrames(stack);
  const place = syntaxPlace(stack) ?? placeIn(frames, file);
  const said = message === "" ? name : name === "Error" ? message : `${name}: ${message}`;
  const cause = causeOf(error);
  return {
    kind,
    message: `${start}: ${cut(cleanUrls(said), LONGEST_MESSAGE)}`,
    ...(place === undefined ? {} : { place }),
    ...(frames.length === 0 ? {} : { stack: cut(frames.map((f) => f.line).join("\n"), LONGEST_STACK) }),
    ...(cause === undefined ? {} : { notes: [`caused by ${cut(cleanUrls(cause), 500)}`] }),
  };
}

interface Frame {
  readonly line: string;
  readonly file: string;
  readonly row: number;
  readonly column: number;
}

/** Whether any frame of the error lies in this file. */
export function mentions(error: unknown, file: string): boolean {
  if (!isError(error)) return false;
  return userFrames(text(() => error.stack) ?? "").some((frame) => frame.file === file);
}

/** Where the code that is running now was called from in this file. */
export function ownCallPlace(file: string): Place | undefined {
  const frames = userFrames(new Error().stack ?? "").filter((frame) => frame.file === file);
  return placeIn(frames, file);
}

function userFrames(stack: string): Frame[] {
  const frames: Frame[] = [];
  for (const raw of stack.split("\n", 200)) {
    const match = /^\s+at (?:.*\()?((?:file:\/\/|\/|[A-Za-z]:[\\/])[^()]*?):(\d+):(\d+)\)?$/.exec(raw);
    if (match === null || match[1] === undefined) continue;
    if (match[1].startsWith(ownFolder)) continue;
    const file = toPath(match[1]);
    if (frames.length >= MOST_FRAMES) break;
    frames.push({
      line: `    ${cleanUrls(raw.trim())}`,
      file,
      row: Number(match[2]),
      column: Number(match[3]),
    });
  }
  return frames;
}

function placeIn(frames: readonly Frame[], file: string): Place | undefined {
  const frame =
    frames.find((one) => one.file === file) ??
    frames.find((one) => !one.file.includes("/node_modules/")) ??
    frames[0];
  return frame === undefined ? undefined : { file: frame.file, line: frame.row, column: frame.column };
}

/** Syntax errors begin with `file:line`, the line (with the one above it, perhaps), and a caret below the column. */
export function syntaxPlace(stack: string): Place | undefined {
  const lines = stack.split("\n", 8);
  const where = /^((?:file:\/\/|\/|[A-Za-z]:[\\/]).*):(\d+)$/.exec(lines[0] ?? "");
  if (where === null || where[1] === undefined) return undefined;
  const caret = lines.findIndex((line) => /^\s*\^+\s*$/.test(line));
  const lineText = caret < 2 ? "" : (lines[caret - 1] ?? "");
  return {
    file: toPath(where[1]),
    line: Number(where[2]),
    column: caret < 0 ? 1 : (lines[caret] ?? "").indexOf("^") + 1,
    ...(lineText === "" || lineText.length > 1_000 ? {} : { lineText }),
  };
}

function toPath(url: string): string {
  if (!url.startsWith("file://")) return url.replace(/\?v=[\w.-]+$/, "");
  try {
    return fileURLToPath(url.replace(/[?#].*$/, ""));
  } catch {
    return url;
  }
}

/** Paths instead of URLs, without the version that we added. */
function cleanUrls(said: string): string {
  return said.replace(/\?v=[\w-]+\.\d+/g, "").replace(/file:\/\/(\/[^\s:)'"]+)/g, (_, path: string) => {
    try {
      return decodeURIComponent(path);
    } catch {
      return path;
    }
  });
}

function causeOf(error: Error): string | undefined {
  const cause: unknown = attempt(() => error.cause);
  if (cause === undefined || cause === null) return undefined;
  return isError(cause) ? text(() => `${cause.name}: ${cause.message}`) : shown(cause);
}

/** Errors of other realms (a vm context) count. */
function isError(value: unknown): value is Error {
  return (
    value instanceof Error ||
    (typeof value === "object" && value !== null && typeof attempt(() => (value as Error).stack) === "string")
  );
}

function shown(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(cut(value, 500));
  if (typeof value === "object" && value !== null) {
    const json = attempt(() => JSON.stringify(value));
    return typeof json === "string" ? cut(json, 500) : "an object";
  }
  return attempt(() => String(value)) ?? "a value";
}

/** Messages and stacks of hostile errors may be getters that throw, or no text. */
function text(read: () => unknown): string | undefined {
  const value = attempt(read);
  return typeof value === "string" ? value : undefined;
}

function attempt<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}

function cut(said: string, longest: number): string {
  return said.length > longest ? `${said.slice(0, longest)}…` : said;
}
