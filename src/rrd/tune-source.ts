import { dataSourceKinds } from "./data-source-kinds.ts";
import type { Header } from "./header.ts";
import { dataSourceSection, NAME_BYTES } from "./layout.ts";
import { parseNumber } from "./number-text.ts";
import type { TuneOption } from "./tune.ts";
import { writeDouble, writeText, writeUnsigned } from "./words.ts";

/** One option of `tune` that changes a data source; the fault in rrdtool's words, or undefined. */
export function tuneSource(header: Header, option: TuneOption, value: string): string | undefined {
  switch (option) {
    case "heartbeat":
      return withSource(header, value, /^([-\w]{1,19}):\s*([+-]?\d+)/, "heartbeat", (at, text) => {
        const heartbeat = Number(text);
        if (heartbeat < 0 || !Number.isSafeInteger(heartbeat))
          return `a heartbeat of ${text} seconds makes no sense`;
        writeUnsigned(header.words, (at + dataSourceSection.at.heartbeat) / 8, heartbeat);
        return undefined;
      });
    case "minimum":
      return limit(header, value, "minimum", dataSourceSection.at.min);
    case "maximum":
      return limit(header, value, "maximum", dataSourceSection.at.max);
    case "data-source-type":
      return withSource(
        header,
        value,
        /^([-\w]{1,19}):([A-Z]{1,19})/,
        "data source type",
        (at, type, index) => {
          if (!Object.hasOwn(dataSourceKinds, type)) return `unknown data acquisition function '${type}'`;
          if (type === "COMPUTE") return "a data source cannot become COMPUTE: it has no expression";
          writeText(header.bytes, at + dataSourceSection.at.type, NAME_BYTES, type);
          header.setLastReading(index, "UNKN");
          return undefined;
        },
      );
    case "data-source-rename":
      return withSource(
        header,
        value,
        /^([-\w]{1,19}):([-\w]{1,19})/,
        "data source type",
        (at, name) => {
          writeText(header.bytes, at + dataSourceSection.at.name, NAME_BYTES, name);
          return undefined;
        },
        "any",
      );
    default:
      return undefined;
  }
}

function limit(
  header: Header,
  value: string,
  which: "minimum" | "maximum",
  field: number,
): string | undefined {
  const pattern = /^([-\w]{1,19}):(U$|(?=[\d.e+-])[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)/;
  return withSource(header, value, pattern, `${which} ds value`, (at, text) => {
    const number = text === "U" ? Number.NaN : parseNumber(text);
    if (typeof number !== "number") return `invalid arguments for ${which} ds value`;
    writeDouble(header.doubles, header.words, (at + field) / 8, number);
    return undefined;
  });
}

function withSource(
  header: Header,
  value: string,
  pattern: RegExp,
  what: string,
  change: (at: number, text: string, index: number) => string | undefined,
  allowed: "any" | "no COMPUTE" = "no COMPUTE",
): string | undefined {
  const [, name, text] = pattern.exec(value) ?? [];
  if (name === undefined || text === undefined) return `invalid arguments for ${what}`;
  const index = nameIndex(header, name);
  if (index < 0) return `unknown data source name '${name}'`;
  if (allowed !== "any" && header.dataSources[index]?.type === "COMPUTE")
    return `data source '${name}' is computed: it has an expression in that place`;
  return change(header.layout.dataSources + index * dataSourceSection.size, text, index);
}

/** In the bytes, not in what was read of them: an option before may have given it another name. */
export function nameIndex(header: Header, name: string): number {
  for (let index = 0; index < header.dataSources.length; index++) {
    const at = header.layout.dataSources + index * dataSourceSection.size + dataSourceSection.at.name;
    const bytes = header.bytes.subarray(at, at + NAME_BYTES);
    if (Buffer.from(bytes.subarray(0, bytes.indexOf(0))).toString("latin1") === name) return index;
  }
  return -1;
}
