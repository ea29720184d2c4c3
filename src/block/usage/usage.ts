import { basename } from "node:path";
import { getKey, isMapping, type Plain, parseDuration } from "../../base/index.ts";
import type { LoadedBlock, Usage, UsageArgument, UsageOption } from "../types.ts";

/** `__usage` with its defaults. The schema has checked it; what is wrong there is treated as if it were not given. */
export function parseUsage(loaded: Pick<LoadedBlock, "file" | "data">): Usage {
  const given = getKey(loaded.data, "__usage");
  const usage = isMapping(given) ? given : {};
  const text = (key: string) => {
    const value = getKey(usage, key);
    return value === undefined || value === null || typeof value === "object" ? undefined : String(value);
  };
  const name = text("name") ?? basename(loaded.file).replace(/\.ya?ml$/i, "");
  const args = getKey(usage, "args");
  const options = getKey(usage, "options");
  return {
    name,
    author: text("author"),
    website: text("website"),
    info: text("info"),
    args: Array.isArray(args) ? args.flatMap(argument) : [],
    options: new Map(
      isMapping(options) ? Object.entries(options).map(([key, value]) => [key, option(key, value)]) : [],
    ),
    declared: given !== undefined,
    longrunning: getKey(usage, "longrunning") === true,
    daemon: getKey(usage, "daemon") === true,
    pidfile: text("pidfile"),
    cwd: text("cwd"),
    space: text("space") ?? name,
    store: text("store"),
    copies: getKey(usage, "copies") === true,
    grace: parseDuration(getKey(usage, "grace")) ?? 10,
  };
}

/** `HOST` alone is short for `{name: HOST, required: true}`. */
function argument(value: Plain): UsageArgument[] {
  if (typeof value === "string") {
    return [{ name: value, info: undefined, required: true, default: undefined, remaining: false }];
  }
  if (!isMapping(value)) return [];
  const name = getKey(value, "name");
  const info = getKey(value, "info");
  if (typeof name !== "string") return [];
  return [
    {
      name,
      info: typeof info === "string" ? info : undefined,
      required: getKey(value, "required") === true,
      default: getKey(value, "default"),
      remaining: getKey(value, "remaining") === true,
    },
  ];
}

function option(name: string, value: Plain): UsageOption {
  const given = isMapping(value) ? value : {};
  const letter = getKey(given, "letter");
  const info = getKey(given, "info");
  const type = getKey(given, "type");
  return {
    name,
    letter: typeof letter === "string" ? letter : undefined,
    type: type === "flag" || type === "number" ? type : "value",
    info: typeof info === "string" ? info : undefined,
    default: getKey(given, "default"),
  };
}
