import { readFileSync } from "node:fs";
import { Events } from "../base/index.ts";
import { createScripts, type Scripts } from "./scripts.ts";

/** The runner of scripts; a first worker boots already if the file looks as if it had any. */
export function createScriptsEarly(path: string): Scripts {
  const scripts = createScripts(new Events());
  if (mentionsScripts(path)) scripts.runner.warmUp();
  return scripts;
}

function mentionsScripts(path: string): boolean {
  try {
    return readFileSync(path, "latin1").includes("script:");
  } catch {
    // Whatever is wrong with the file, the loader says it better.
    return false;
  }
}
