import { emptyMapping, getKey, type Mapping, setKey } from "../../base/index.ts";
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
  return (running) => {
    const environment: Record<string, string> = { ...running.context.env };
    const rendered = render(running.pipeData) as Mapping;
    for (const key of Object.keys(rendered)) {
      const value = getKey(rendered, key);
      const text = typeof value === "string" ? value : value === null ? "" : JSON.stringify(value);
      Object.defineProperty(environment, key, {
        value: text,
        enumerable: true,
        configurable: true,
        writable: true,
      });
    }
    return environment;
  };
}
