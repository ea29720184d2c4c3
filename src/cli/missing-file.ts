import { existsSync, readdirSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { type Problem, problem, suggest } from "../base/index.ts";

/** When there is no such file: the problem, with the name that may have been meant. */
export function missingFile(cwd: string, file: string): Problem | undefined {
  const path = resolve(cwd, file);
  if (existsSync(path)) return undefined;
  const nearest = suggest(basename(path), blockFiles(dirname(path)));
  const hint = nearest === undefined ? "" : ` — did you mean "${join(dirname(file), nearest)}"?`;
  return problem("no-file", `there is no file "${file}"${hint}`);
}

function blockFiles(folder: string): string[] {
  try {
    return readdirSync(folder).filter((name) => /\.ya?ml$/i.test(name));
  } catch {
    return [];
  }
}
