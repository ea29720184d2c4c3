import { emptyMapping, getKey, isMapping, type Mapping, type Plain, setKey } from "../../base/index.ts";
import type { CheckContext, TreePath } from "../../block/index.ts";
import { parseDataInterpolation } from "../../block/index.ts";
import type { Running } from "../steps/step.ts";
import { OptionReader, show } from "./read-option.ts";

export type Environment = (running: Running) => Readonly<Record<string, string>>;

/** `env: {K: v}`: added to the environment of the block. Texts may hold `{{path}}`. */
export function parseEnv(raw: Mapping, stepPath: TreePath, check: CheckContext): Environment | undefined {
  const step = new OptionReader(raw, stepPath, check);
  const values = step.mapping("env");
  if (step.failed) return undefined;
  if (values === undefined) return (running) => running.context.env;
  const read = new OptionReader(values, step.at("env"), check);
  const texts = emptyMapping();
  for (const key of Object.keys(values)) {
    const value = getKey(values, key);
    if (key === "" || key.includes("=") || key.includes("\0"))
      read.wrongKey(key, `"${key}" is no name of an environment variable`);
    if (typeof value === "string" && value.includes("\0"))
      read.wrong(key, `"${key}" has a NUL character in it`);
    else if (typeof value === "string" || typeof value === "number" || typeof value === "boolean")
      setKey(texts, key, String(value));
    else read.wrong(key, `"${key}" must be text, not ${show(value ?? null)}`);
  }
  if (read.failed) return undefined;
  const render = parseDataInterpolation(texts, step.at("env"), check);
  const made = (running: Running) => withValues(running.context.env, render(running.pipeData));
  if (Object.values(texts).some((text) => String(text).includes("{{"))) return made;
  // The same object each time: what does not change is sent to a worker once.
  const constant = new WeakMap<object, Readonly<Record<string, string>>>();
  return (running) => {
    const known = constant.get(running.context.env) ?? made(running);
    constant.set(running.context.env, known);
    return known;
  };
}

function withValues(env: Readonly<Record<string, string>>, values: Plain): Readonly<Record<string, string>> {
  const environment: Record<string, string> = { ...env };
  if (!isMapping(values)) return environment;
  for (const key of Object.keys(values)) {
    const value = getKey(values, key) ?? "";
    const text = typeof value === "object" ? JSON.stringify(value) : String(value);
    Object.defineProperty(environment, key, {
      value: text,
      enumerable: true,
      configurable: true,
      writable: true,
    });
  }
  return environment;
}
