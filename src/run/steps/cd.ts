import { stat } from "node:fs/promises";
import { isAbsolute, resolve } from "node:path";
import { kindOf } from "../../base/index.ts";
import { parseText } from "./parse-text.ts";
import { failedStep, type StepKind } from "./step.ts";

/** `cd: dir`: for the following steps, never for the process. Relative to the directory so far. */
export const cd: StepKind = {
  options: [],
  parse({ value, path, place, parsing: { check } }) {
    if (typeof value !== "string" || value === "") {
      check.report("bad-step", `"cd" must be a directory, not ${kindOf(value)}`, { path });
      return undefined;
    }
    const render = parseText(value, path, check);
    if (render === undefined) return undefined;
    return {
      changesRunning: true,
      async run(running) {
        const dir = render(running.pipeData);
        const target = isAbsolute(dir) ? dir : resolve(running.cwd, dir);
        const wrong = await whyNoDirectory(target);
        if (wrong !== undefined)
          return failedStep({ kind: "not-found", message: `cd: "${target}" ${wrong}` }, place);
        running.cwd = target;
        return { ok: true, output: {} };
      },
    };
  },
};

async function whyNoDirectory(path: string): Promise<string | undefined> {
  if (path.includes("\0")) return "has a NUL character in it";
  try {
    return (await stat(path)).isDirectory() ? undefined : "is not a directory";
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ENOENT"
      ? "does not exist"
      : `cannot be read: ${String(error)}`;
  }
}
