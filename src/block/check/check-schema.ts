import { didYouMean, isMapping, kindOf, type Mapping, type Problem, problem } from "../../base/index.ts";
import type { CheckContext, TreePath } from "../types.ts";
import { type SchemaError, validate } from "./schema-check.generated.js";

/** What `schemas/block.schema.json` finds in the data, as problems with places. */
export function checkSchema(data: Mapping, check: CheckContext): readonly Problem[] {
  if (validate(data)) return [];
  const problems: Problem[] = [];
  for (const error of validate.errors ?? []) {
    const found = translated(error, data, check);
    if (found !== undefined) problems.push(found);
  }
  validate.errors = null;
  return problems;
}

/** Undefined for what only says that something inside is wrong. */
function translated(error: SchemaError, data: Mapping, check: CheckContext): Problem | undefined {
  const path = treePath(error.instancePath, data);
  const known = Object.keys((error.parentSchema.properties ?? {}) as object);
  const wrong = (message: string) => problem("wrong-value", message, { place: check.place(path) });
  switch (error.keyword) {
    case "additionalProperties": {
      const key = String(error.params.additionalProperty);
      const message = `unknown key "${key}"${didYouMean(key, known)}`;
      const notes = known.length > 0 && known.length <= 16 ? [`known: ${known.join(", ")}`] : [];
      return problem("unknown-key", message, { place: check.place([...path, key], "key"), notes });
    }
    case "required": {
      const message = `"${String(error.params.missingProperty)}" is missing in ${named(path)}`;
      return problem("missing-key", message, { place: check.place(path, "key") });
    }
    case "enum": {
      const allowed = (error.params.allowedValues as readonly unknown[]).map(String);
      const hint = typeof error.data === "string" ? didYouMean(error.data, allowed) : "";
      return wrong(`${named(path)} must be one of ${allowed.join(", ")}, not ${shown(error.data)}${hint}`);
    }
    case "type":
      // A whole number above 2^53: the validator knows no bigints.
      if (typeof error.data === "bigint" && /number|integer/.test(String(error.parentSchema.type)))
        return undefined;
      return wrong(`${named(path)} must be ${expected(error.parentSchema)}, not ${shown(error.data)}`);
    case "pattern":
      return wrong(`${named(path)} must be ${expected(error.parentSchema)}, not ${shown(error.data)}`);
    case "minimum":
      return wrong(`${named(path)} must be at least ${String(error.params.limit)}, not ${shown(error.data)}`);
    case "minLength":
      return wrong(`${named(path)} must not be empty`);
    default:
      return undefined;
  }
}

const typeNames: Readonly<Record<string, string>> = {
  string: "text",
  number: "a number",
  integer: "a whole number",
  boolean: "true or false",
  object: "a mapping",
  array: "a list",
  null: "empty",
};

function expected(schema: Readonly<Record<string, unknown>>): string {
  const { title, type } = schema;
  const types = (Array.isArray(type) ? type : [type]).map(String);
  // Titles of scalars and lists are phrases; those of mappings are headings.
  if (typeof title === "string" && !types.includes("object")) return title;
  if (typeof title === "string" && /^an? /.test(title)) return title;
  return types.map((one) => (Object.hasOwn(typeNames, one) ? typeNames[one] : one)).join(" or ");
}

function named(path: TreePath): string {
  const last = path.at(-1);
  if (last === undefined) return "the block";
  if (typeof last === "string") return `"${last}"`;
  const list = path.findLast((step) => typeof step === "string");
  return list === undefined ? `item ${last + 1}` : `item ${last + 1} of "${list}"`;
}

function shown(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value.length > 60 ? `${value.slice(0, 57)}…` : value);
  return typeof value === "number" || typeof value === "boolean" ? String(value) : kindOf(value);
}

/** A JSON pointer as a path: list indexes are numbers. */
function treePath(pointer: string, data: Mapping): TreePath {
  const path: (string | number)[] = [];
  let value: unknown = data;
  for (const part of pointer.split("/").slice(1)) {
    const key = part.replaceAll("~1", "/").replaceAll("~0", "~");
    const step = Array.isArray(value) ? Number(key) : key;
    path.push(step);
    if (Array.isArray(value)) value = value[Number(key)];
    else value = isMapping(value) && Object.hasOwn(value, key) ? value[key] : undefined;
  }
  return path;
}
