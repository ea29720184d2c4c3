import { readFileSync } from "node:fs";
import type { Command } from "./table.ts";

export const version: Command = async (io) => {
  io.stdout.write(`${packageVersion()}\n`);
  return 0;
};

/** Of the package that this file is part of, from `src/` as well as from `dist/`. */
export function packageVersion(): string {
  for (const up of ["..", "../../.."]) {
    try {
      const text = readFileSync(new URL(`${up}/package.json`, import.meta.url), "utf8");
      const manifest = JSON.parse(text) as { name?: string; version?: string };
      if (manifest.name === "procblock") return String(manifest.version);
    } catch {
      // Not there: one folder further up, then.
    }
  }
  return "unknown";
}
