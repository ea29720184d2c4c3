import { didYouMean, isMapping, kindOf, type Mapping, type Plain } from "../base/index.ts";
import type { FieldLook } from "./field-look.ts";
import type { MappingReader } from "./mapping-reader.ts";
import { readLook } from "./parse-looks.ts";

export interface ParsedFields {
  /** In the order of drawing; undefined: none are named. */
  readonly names: readonly { readonly name: string; readonly path: (string | number)[] }[] | undefined;
  readonly looks: Readonly<Record<string, FieldLook>>;
}

/** `fields`: a name, a list of names (or of `{NAME: LOOK}`), or a mapping of names and looks. */
export function readFields(read: MappingReader): ParsedFields {
  const value = read.get("fields");
  const names: { name: string; path: (string | number)[] }[] = [];
  const looks = Object.create(null) as Record<string, FieldLook>;
  const wrong = (path: (string | number)[], message: string) =>
    read.issue(path, "value", "wrong-value", message);
  const add = (name: string, path: (string | number)[], look: Plain | undefined) => {
    if (names.some((one) => one.name === name)) {
      wrong(path, `field "${name}" is listed twice`);
      return;
    }
    names.push({ name, path });
    if (look === undefined || look === null) return;
    if (isMapping(look)) looks[name] = readLook(read, path, look, name);
    else wrong(path, `the look of "${name}" must be a mapping such as {label: inbound}, not ${kindOf(look)}`);
  };
  const addAll = (mapping: Mapping, path: (string | number)[]) => {
    for (const [name, look] of Object.entries(mapping)) add(name, [...path, name], look);
  };
  if (value === undefined) return { names: undefined, looks };
  if (isMapping(value)) addAll(value, read.at("fields"));
  else {
    const list = Array.isArray(value) ? value : [value];
    for (const [index, item] of list.entries()) {
      const path = Array.isArray(value) ? read.at("fields", index) : read.at("fields");
      if (isMapping(item)) addAll(item, path);
      else if (typeof item === "string" || typeof item === "number") add(String(item), path, undefined);
      else wrong(path, `a field must be a name, not ${kindOf(item)}`);
    }
    if (list.length === 0) read.wrong("fields", '"fields" must name at least one field');
  }
  if (isMapping(value) && names.length === 0) read.wrong("fields", '"fields" must name at least one field');
  return { names, looks };
}

/** The names drawn, of those that there are; `known` undefined: nobody knows. */
export function checkFields(
  read: MappingReader,
  { names, looks }: ParsedFields,
  computed: readonly string[],
  known: readonly string[] | undefined,
): string[] | undefined {
  if (names === undefined) {
    if (known !== undefined) return [...known, ...computed];
    if (computed.length > 0) return [...computed];
    return read.issue([], "key", "missing-key", 'a graph needs "fields": the names of the fields to draw');
  }
  const fields: string[] = [];
  for (const { name, path } of names) {
    const sourced = looks[name]?.from !== undefined;
    const part = typeof path.at(-1) === "string" && path.at(-1) === name ? "key" : "value";
    if (sourced && (known?.includes(name) === true || computed.includes(name))) {
      const message = `"${name}" is a field of this file; give what comes "from" elsewhere another name`;
      read.issue(path, part, "duplicate-key", message);
    } else if (known !== undefined && !sourced && !known.includes(name) && !computed.includes(name)) {
      const all = [...known, ...computed];
      const notes = all.length > 0 ? [`there are: ${all.join(", ")}`] : undefined;
      read.issue(path, part, "unknown-field", `unknown field "${name}"${didYouMean(name, all)}`, notes);
    } else fields.push(name);
  }
  return fields;
}
