import type { Plain } from "../../base/index.ts";
import type { Usage } from "../types.ts";

/** What `procblock FILE --help` prints: name, info and how the block is called. Ends with a line end. */
export function usageText(usage: Usage, file: string): string {
  const lines = [usage.info === undefined ? usage.name : `${usage.name} — ${usage.info}`];
  const about = [usage.author === undefined ? "" : `by ${usage.author}`, usage.website ?? ""].filter(Boolean);
  if (about.length > 0) lines.push(about.join(", "));
  const words = usage.args.map(({ name, required, remaining }) => {
    const word = remaining ? `${name}…` : name;
    return required ? word : `[${word}]`;
  });
  const options = usage.options.size > 0 ? ["[options]"] : [];
  const free = usage.declared ? [] : ["[--KEY VALUE]…", "[ARGUMENT]…"];
  lines.push("", `Usage: procblock ${[file, ...options, ...words, ...free].join(" ")}`);
  table(
    lines,
    "Arguments:",
    usage.args.map((one) => [one.name, described(one.info, one.default)]),
  );
  table(
    lines,
    "Options:",
    [...usage.options.values()].map((one) => {
      const letter = one.letter === undefined ? "    " : `-${one.letter}, `;
      const value = one.type === "flag" ? "" : one.type === "number" ? " NUMBER" : " VALUE";
      return [`${letter}--${one.name}${value}`, described(one.info, one.default)];
    }),
  );
  return `${lines.join("\n")}\n`;
}

function described(info: string | undefined, value: Plain | undefined): string {
  if (value === undefined) return info ?? "";
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return `${info === undefined ? "" : `${info} `}(default: ${text})`;
}

function table(lines: string[], title: string, rows: readonly (readonly [string, string])[]): void {
  if (rows.length === 0) return;
  const width = Math.max(...rows.map(([name]) => name.length));
  lines.push("", title, ...rows.map(([name, info]) => `  ${name.padEnd(width)}  ${info}`.trimEnd()));
}
