import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { internalError, isMapping, type Mapping, type Plain } from "../base/index.ts";

/** The JSON Schema of block files, as text: what `schemas/block.schema.json` holds. */
export function blockSchemaText(): string {
  // From dist/ and from src/block/.
  for (const up of ["..", "../.."]) {
    const file = fileURLToPath(new URL(`${up}/schemas/block.schema.json`, import.meta.url));
    if (existsSync(file)) return readFileSync(file, "utf8");
  }
  throw internalError("schemas/block.schema.json is missing");
}

/** In the order a reader meets them. */
const sections = [
  "block",
  "step",
  "retry",
  "restart",
  "put",
  "template",
  "requireLock",
  "collect",
  "field",
  "archive",
  "graph",
  "graphField",
  "graphForecast",
  "graphTicks",
  "usage",
  "usageArgument",
  "usageOption",
  "fileTag",
] as const;

/** The reference of the block language in Markdown: a table of keys for each kind of mapping, from the schema. */
export function describeSchema(): string {
  const schema = JSON.parse(blockSchemaText()) as Mapping;
  const definitions = at(schema, "$defs");
  return sections.map((name) => section(at(definitions, name))).join("\n");
}

function section(definition: Mapping): string {
  const lines = [`### ${text(definition, "title")}`, "", text(definition, "description"), ""];
  const rows: string[] = [];
  for (const [key, value] of Object.entries(at(definition, "properties"))) {
    rows.push(`| \`${key}\` | ${cell(isMapping(value) ? text(value, "description") : "")} |`);
  }
  const { patternProperties } = definition;
  for (const [pattern, value] of Object.entries(isMapping(patternProperties) ? patternProperties : {})) {
    const description = isMapping(value) ? text(value, "description") : "";
    if (description !== "") rows.push(`| ${cell(patternKeys(pattern))} | ${cell(description)} |`);
  }
  return [...lines, "| key | meaning |", "| --- | --- |", ...rows, ""].join("\n");
}

/** `^(if|elif) +.` as it is written: `if …`, `elif …`. */
function patternKeys(pattern: string): string {
  const plain = pattern
    .replace(/^\^|\$$/g, "")
    .replaceAll("[ _]", " ")
    .replaceAll(" +.+ +", " … ")
    .replace(/ \+\.$/, " …")
    .replace(/\.$/, "…");
  const choice = /\(([^)]*)\)/.exec(plain);
  const keys =
    choice?.[1] === undefined ? [plain] : choice[1].split("|").map((one) => plain.replace(choice[0], one));
  return keys.map((key) => `\`${key}\``).join(", ");
}

function cell(text: string): string {
  return text.replaceAll("|", "\\|");
}

function text(mapping: Mapping, key: string): string {
  const value = mapping[key];
  return typeof value === "string" ? value : "";
}

function at(mapping: Mapping, key: string): Mapping {
  const value: Plain | undefined = mapping[key];
  if (!isMapping(value)) throw internalError(`the schema has no "${key}"`);
  return value;
}
