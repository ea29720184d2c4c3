import { didYouMean, isMapping, kindOf, type Mapping, type Plain } from "../../base/index.ts";
import { parseBranchKey, type TreePath } from "../../block/index.ts";
import { parseAs } from "../options/as.ts";
import { parseCollectOption } from "../options/collect.ts";
import { allOptionKeys, optionKeys } from "../options/keys.ts";
import { OptionReader } from "../options/read-option.ts";
import { parseRetry } from "../options/retry.ts";
import { parseThread } from "../options/thread.ts";
import { parseTimeout } from "../options/timeout.ts";
import { kinds } from "./kinds.ts";
import type { Kind, Parsing, Step, StepInput } from "./step.ts";

const fixedKinds = Object.keys(kinds).filter(
  (kind) => kind !== "if" && kind !== "timeseries collect",
) as Kind[];

/** Parses one step; every problem is reported at its place, then undefined. */
export function parseStep(value: Plain, path: TreePath, parsing: Parsing): Step | undefined {
  const { check } = parsing;
  if (!isMapping(value)) {
    const note = typeof value === "string" ? [`for example: - shell: ${value.slice(0, 60)}`] : [];
    check.report("bad-step", `a step must be a mapping such as {script: FILE}, not ${kindOf(value)}`, {
      path,
      notes: note,
    });
    return undefined;
  }
  const raw = withSpaces(value);
  const found = findKind(raw, value, path, parsing);
  if (found === undefined) return undefined;
  const { kind, key } = found;
  const known = !reportUnknown(raw, value, kind, key, path, parsing);

  const step = new OptionReader(raw, path, check);
  const label = labelOf(key, raw[key] ?? null);
  const place = check.place([...path, key], "key");
  const thread = parseThread(step);
  const interval = thread?.repeat?.kind === "interval" ? thread.repeat.interval : undefined;
  const options = {
    thread,
    timeout: parseTimeout(step),
    retry: parseRetry(step),
    as: parseAs(step),
    collect: kind === "timeseries collect" ? undefined : parseCollectOption(step, interval, thread?.id),
  };
  if (thread?.repeat?.kind === "long-running" && options.retry !== undefined)
    step.wrongKey("retry", '"retry" is for steps that end; a long-running one has "restart"');
  const input: StepInput = {
    raw,
    value: raw[key] ?? null,
    path: [...path, key],
    key,
    stepPath: path,
    label,
    place,
    interval,
    parsing,
  };
  const body = kinds[kind].parse(input);
  return body === undefined || step.failed || !known ? undefined : { kind, label, place, body, options };
}

/** `timeseries_collect` is `timeseries collect`. */
function withSpaces(raw: Mapping): Mapping {
  if (!Object.hasOwn(raw, "timeseries_collect") || Object.hasOwn(raw, "timeseries collect")) return raw;
  return Object.fromEntries(
    Object.entries(raw).map(([key, value]) => [
      key === "timeseries_collect" ? "timeseries collect" : key,
      value,
    ]),
  );
}

function findKind(
  raw: Mapping,
  written: Mapping,
  path: TreePath,
  { check }: Parsing,
): { kind: Kind; key: string } | undefined {
  const keys = Object.keys(raw);
  const found: { kind: Kind; key: string }[] = [];
  for (const key of keys) {
    const fixed = fixedKinds.find((kind) => kind === key);
    if (fixed !== undefined) found.push({ kind: fixed, key });
    else if (parseBranchKey(key)?.kind === "if") found.push({ kind: "if", key });
  }
  const [first, second] = found;
  if (second !== undefined) {
    check.report("bad-step", `a step has one kind, and "${first?.key}" and "${second.key}" are two`, {
      path: [...path, second.key],
      part: "key",
      notes: ["write two steps, each with its own dash"],
    });
    return undefined;
  }
  if (first !== undefined) return first;
  if (Object.hasOwn(raw, "timeseries collect"))
    return { kind: "timeseries collect", key: "timeseries collect" };
  const stray = Object.keys(written).find((key) => !allOptionKeys.includes(key));
  const kindNames = [...fixedKinds, "if …", "timeseries collect"];
  const notes = [`a step is one of: ${kindNames.join(", ")}`];
  if (stray === undefined) check.report("bad-step", "a step needs a kind: what it does", { path, notes });
  else {
    check.report(
      "unknown-key",
      `unknown key "${stray}"${didYouMean(stray, [...fixedKinds, ...allOptionKeys])}`,
      {
        path: [...path, stray],
        part: "key",
        notes,
      },
    );
  }
  return undefined;
}

/** Keys that are unknown, or options that make no sense with the kind. */
function reportUnknown(
  raw: Mapping,
  written: Mapping,
  kind: Kind,
  kindKey: string,
  path: TreePath,
  { check }: Parsing,
): boolean {
  const fitting = kinds[kind].options.flatMap((option) => optionKeys[option]);
  const isKnown = (key: string) =>
    key === kindKey ||
    fitting.includes(key) ||
    (key === "timeseries_collect" &&
      (fitting.includes("timeseries collect") || kind === "timeseries collect")) ||
    (kind === "if" && parseBranchKey(key) !== undefined);
  const wrong = Object.keys(raw === written ? raw : written).filter((key) => !isKnown(key));
  for (const key of wrong) {
    const at = { path: [...path, key], part: "key" as const };
    if (allOptionKeys.includes(key)) check.report("bad-option", `"${key}" does not go with "${kindKey}"`, at);
    else if (parseBranchKey(key) !== undefined)
      check.report("bad-step", `"${key}" needs an "if" in the same step`, at);
    else
      check.report("unknown-key", `unknown key "${key}"${didYouMean(key, [...fixedKinds, ...fitting])}`, at);
  }
  return wrong.length > 0;
}

const LONGEST_LABEL = 60;

function labelOf(key: string, value: Plain): string {
  if (typeof value !== "string" && typeof value !== "number") return key;
  const line = String(value).trim().split("\n")[0] ?? "";
  const short = line.length > LONGEST_LABEL ? `${line.slice(0, LONGEST_LABEL)}…` : line;
  return `${key}: ${short}`;
}
