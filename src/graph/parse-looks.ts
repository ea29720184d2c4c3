import type { Mapping } from "../base/index.ts";
import type { FieldLook, FieldSource } from "./field-look.ts";
import type { MappingReader } from "./mapping-reader.ts";
import { toNumber } from "./mapping-reader.ts";
import { readColour } from "./parse-colors.ts";

/** Every key of a field of a graph. */
export const lookKeys = [
  "label",
  "method",
  "color",
  "width",
  "dashes",
  "negate",
  "down to",
  "from",
  "cf",
  "trend",
  "percentile",
  "draw",
  "legend",
] as const;

/** As RRD files allow it. */
const fieldName = /^[A-Za-z0-9_-]{1,19}$/;

type Building = { -readonly [K in keyof FieldLook]?: FieldLook[K] | undefined };

export function readLook(
  read: MappingReader,
  path: readonly (string | number)[],
  value: Mapping,
  name: string,
): FieldLook {
  const inner = read.inside(path, value, lookKeys);
  const color = inner.get("color");
  const building: Building = {
    label: inner.text("label"),
    method: inner.choice("method", ["LINE", "AREA", "STACK"]),
    color: color === undefined ? undefined : readColour(inner, inner.at("color"), color),
    width: inner.number("width", 0.25, 50),
    dashes: readDashes(inner),
    negate: inner.flag("negate"),
    downTo: inner.text("down to"),
    from: readSource(inner, name),
    cf: inner.choice("cf", ["AVERAGE", "MIN", "MAX", "LAST"]),
    trend: inner.flag("trend"),
    percentile: inner.number("percentile", 0, 100),
    draw: inner.flag("draw"),
    legend: inner.flag("legend"),
  };
  if (building.downTo !== undefined && building.method !== undefined && building.method !== "AREA") {
    inner.wrong("method", `"method" of a field with "down to" must be AREA, not ${building.method}`);
  }
  return Object.fromEntries(Object.entries(building).filter(([, item]) => item !== undefined));
}

/** `true`, one length, or a list of lengths of dashes and gaps in turn. */
function readDashes(read: MappingReader): readonly number[] | undefined {
  const value = read.get("dashes");
  if (value === undefined || value === false) return undefined;
  if (value === true) return [5, 3];
  const list = (Array.isArray(value) ? value : String(value).split(",")).map((one) => toNumber(one));
  const lengths = list.flatMap((one) => (one === undefined || !(one > 0) || one > 1000 ? [] : [one]));
  if (lengths.length !== list.length || lengths.length === 0 || lengths.length > 16) {
    return read.wrong("dashes", '"dashes" must be true, or lengths of dashes and gaps such as [5, 3]');
  }
  return lengths.length % 2 === 1 ? [...lengths, ...lengths] : lengths;
}

/** `FILE#FIELD`, `FILE` for the field of the same name, or `#FIELD` of the same file. */
function readSource(read: MappingReader, name: string): FieldSource | undefined {
  const text = read.text("from");
  if (text === undefined) return undefined;
  const match = /^([^#\0]*)(?:#([A-Za-z0-9_-]{1,19}))?$/.exec(text);
  if (match === null || text === "") {
    return read.wrong("from", `"from" must be FILE.rrd#FIELD, not "${text}"`);
  }
  const [, file, field = name] = match;
  if (!fieldName.test(field)) {
    const message = `"${field}" cannot be a field of an RRD file: say which one of "${text}" is meant`;
    return read.wrong("from", message, `write ${text}#FIELD`);
  }
  return file === "" || file === undefined ? { field } : { file, field };
}
