import { pino } from "pino";
import type { Happening, LogLevel } from "../base/index.ts";
import type { Io } from "./io.ts";
import type { LogLine } from "./log-lines.ts";

/** pino's JSON lines: `event` is the happening's type, its other fields follow as they are. */
export function jsonWriter(io: Io, level: LogLevel): { write(happening: Happening, line: LogLine): void } {
  const logger = pino(
    { level, base: { pid: process.pid } },
    { write: (text: string) => io.stderr.write(text) },
  );
  return {
    write(happening, line) {
      const { type, ...fields } = happening;
      const plain = JSON.parse(JSON.stringify(fields, readable)) as object;
      logger[line.level]({ event: type, ...rename(plain) }, line.text);
    },
  };
}

/** 64-bit integers have no JSON number that every reader reads exactly. */
function readable(_key: string, value: unknown): unknown {
  return typeof value === "bigint" ? String(value) : value;
}

/** `time` and `level` are pino's own keys. */
function rename(fields: object): object {
  const renamed: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(fields)) {
    if (key === "level" || key === "text") continue;
    renamed[key === "time" ? "stamp" : key] = value;
  }
  return renamed;
}
