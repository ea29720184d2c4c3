import {
  didYouMean,
  isMapping,
  isPathError,
  kindOf,
  type Mapping,
  type Plain,
  parseDuration,
  parsePath,
} from "../../base/index.ts";
import type { DataSourceDefinition } from "../../rrd/index.ts";
import type { CheckedCollect, CollectField } from "./definition.ts";
import { Reader, shown } from "./reader.ts";

type SourceType = DataSourceDefinition["type"];
const types: Readonly<Record<SourceType, true>> = {
  GAUGE: true,
  COUNTER: true,
  DERIVE: true,
  ABSOLUTE: true,
  DCOUNTER: true,
  DDERIVE: true,
};
const typeNames = Object.keys(types) as SourceType[];
const fieldKeys = ["type", "min", "max", "heartbeat", "from"] as const;
const fieldName = /^[A-Za-z0-9_-]{1,19}$/;

/** `fields`: a list of names (all GAUGE) or a mapping of name and options. */
export function parseFields(
  read: Reader,
  defaultHeartbeat: number,
  adopt: CheckedCollect["adopt"],
): readonly CollectField[] | undefined {
  const value = read.get("fields");
  if (value === undefined) {
    return read.missing("fields", "the names of the values to store", "write for example: fields: [random]");
  }
  if (Array.isArray(value)) return parseList(read, value, defaultHeartbeat, adopt);
  if (!isMapping(value)) {
    return read.wrong("fields", `"fields" must be a list of names or a mapping, not ${shown(value)}`);
  }
  const fields: CollectField[] = [];
  for (const [name, options] of Object.entries(value)) {
    const field = parseField(read, name, options, defaultHeartbeat, adopt);
    if (field !== undefined) fields.push(field);
  }
  return fields.length > 0 || read.failed
    ? fields
    : read.wrong("fields", '"fields" must name at least one field');
}

function parseList(
  read: Reader,
  list: readonly Plain[],
  heartbeat: number,
  adopt: CheckedCollect["adopt"],
): readonly CollectField[] | undefined {
  const fields: CollectField[] = [];
  for (const [index, item] of list.entries()) {
    const at = read.at("fields", index);
    const name = typeof item === "number" ? String(item) : item;
    if (typeof name !== "string") {
      const note = "options need the long form: fields: {name: {type: COUNTER}}";
      read.wrongAt(at, `a field in a list must be a name, not ${kindOf(item)}`, note);
    } else if (fields.some((field) => field.source.name === name)) {
      read.wrongAt(at, `field "${name}" is listed twice`);
    } else if (checkName(read, name, at, "value")) {
      const readAs = adopt === "no" ? "GAUGE" : undefined;
      const place = read.check.place(at, "value");
      fields.push({ source: { name, type: "GAUGE", heartbeat }, ...pathOf(name), readAs, at, place });
    }
  }
  return fields.length > 0 || read.failed
    ? fields
    : read.wrong("fields", '"fields" must name at least one field');
}

function parseField(
  read: Reader,
  name: string,
  value: Plain,
  heartbeat: number,
  adopt: CheckedCollect["adopt"],
): CollectField | undefined {
  const at = read.at("fields", name);
  const nameFits = checkName(read, name, at, "key");
  if (value !== null && !isMapping(value)) {
    const note = "for all defaults write {} or use the short form: fields: [name]";
    return read.wrongAt(at, `field "${name}" must be a mapping of options, not ${shown(value)}`, note);
  }
  const options: Mapping = value ?? {};
  const own = new Reader(options, at, read.check, `field "${name}"`, fieldKeys);
  const type = parseType(own);
  const min = parseLimit(own, "min");
  const max = parseLimit(own, "max");
  if (min !== undefined && max !== undefined && min >= max) {
    own.wrong("max", `"max" ${max} must be greater than "min" ${min}`);
  }
  const beat = parseHeartbeat(own);
  const from = parseFrom(own, name);
  if (own.failed) read.fail();
  if (own.failed || !nameFits || type === undefined || from === undefined) return undefined;
  const typed = own.has("type");
  return {
    source: { name, type, heartbeat: beat ?? heartbeat, min, max },
    ...from,
    readAs: typed || adopt === "no" ? type : undefined,
    at: typed ? own.at("type") : at,
    place: typed ? read.check.place(own.at("type"), "value") : read.check.place(at, "key"),
  };
}

function checkName(
  read: Reader,
  name: string,
  path: readonly (string | number)[],
  part: "key" | "value",
): boolean {
  if (fieldName.test(name)) return true;
  const short =
    name
      .replaceAll(/[^A-Za-z0-9_-]+/g, "_")
      .replaceAll(/^_+|_+$/g, "")
      .slice(0, 19) || "value";
  const why =
    name.length > 19
      ? `field name "${name}" is longer than the 19 characters that RRD files allow`
      : `field name "${name}" may only have letters, digits, _ and -`;
  read.check.report("wrong-field-name", why, {
    path,
    part,
    notes: [`give it a shorter name and say where the value is: ${short}: {from: ${quotedTerm(name)}}`],
  });
  read.fail();
  return false;
}

function quotedTerm(name: string): string {
  return isPathError(parsePath(name)) ? `'"${name}"'` : name;
}

function parseType(read: Reader): SourceType | undefined {
  const value = read.get("type");
  if (value === undefined) return "GAUGE";
  const found = typeNames.find((name) => name === value);
  if (found !== undefined) return found;
  const near = typeof value === "string" ? didYouMean(value, typeNames) : "";
  return read.wrong("type", `"type" must be one of ${typeNames.join(", ")}, not ${shown(value)}${near}`);
}

function parseLimit(read: Reader, key: "min" | "max"): number | undefined {
  const value = read.get(key);
  if (value === undefined || value === null || value === "U") return undefined;
  if (typeof value === "bigint" || (typeof value === "number" && Number.isFinite(value)))
    return Number(value);
  return read.wrong(key, `"${key}" must be a number or U (no limit), not ${shown(value)}`);
}

function parseHeartbeat(read: Reader): number | undefined {
  const value = read.get("heartbeat");
  if (value === undefined) return undefined;
  const seconds = parseDuration(value);
  if (seconds !== undefined && Number.isInteger(seconds) && seconds >= 1) return seconds;
  return read.wrong("heartbeat", `"heartbeat" must be whole seconds such as 10 or 2m, not ${shown(value)}`);
}

function parseFrom(read: Reader, name: string): Pick<CollectField, "from" | "key"> | undefined {
  const value = read.get("from");
  if (value === undefined) return pathOf(name);
  if (typeof value !== "string" && typeof value !== "number") {
    return read.wrong("from", `"from" must be a path in the result, not ${shown(value)}`);
  }
  const path = parsePath(String(value));
  if (!isPathError(path)) return { from: path, key: onlyKey(path.terms) };
  read.check.report("wrong-path", path.message, {
    path: read.at("from"),
    part: "value",
    offset: path.offset,
  });
  return read.fail();
}

/** A field without `from` is the key of its own name, never a path. */
function pathOf(name: string): Pick<CollectField, "from" | "key"> {
  return { from: { text: name, terms: [name] }, key: name };
}

function onlyKey(terms: readonly unknown[]): string | undefined {
  return terms.length === 1 && typeof terms[0] === "string" ? terms[0] : undefined;
}
