import type { Mapping } from "../../base/index.ts";
import {
  type CheckContext,
  parseInterpolation,
  parseShellInterpolation,
  renderInterpolation,
  shellQuote,
  type TreePath,
} from "../../block/index.ts";

/** A text with `{{path}}` in it; problems are reported, then undefined. */
export function parseText(
  text: string,
  path: TreePath,
  check: CheckContext,
): ((pipeData: Mapping) => string) | undefined {
  const parsed = parseInterpolation(text);
  if ("message" in parsed) return reported(parsed, path, check);
  return parsed.constant
    ? constant(renderInterpolation(parsed, {}))
    : (data) => renderInterpolation(parsed, data);
}

/** The same for a shell command: each value becomes one word, whatever is in it. Rendering may throw a `ProblemError`. */
export function parseCommand(
  text: string,
  path: TreePath,
  check: CheckContext,
): ((pipeData: Mapping) => string) | undefined {
  const parsed = parseShellInterpolation(text);
  if ("message" in parsed) return reported(parsed, path, check);
  return parsed.constant
    ? constant(renderInterpolation(parsed, {}))
    : (data) => renderInterpolation(parsed, data, shellQuote);
}

function constant(text: string): () => string {
  return () => text;
}

function reported(
  error: { message: string; offset: number; length: number; notes?: readonly string[] },
  path: TreePath,
  check: CheckContext,
): undefined {
  const { message, offset, length, notes } = error;
  check.report("bad-interpolation", message, {
    path,
    offset,
    length,
    ...(notes === undefined ? {} : { notes }),
  });
  return undefined;
}
