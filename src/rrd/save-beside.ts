import { type Problem, problem } from "../base/index.ts";
import { errorCode, storageProblem } from "./rrd-problems.ts";
import type { Storage } from "./storage.ts";

const MOST_SAVED = 1000;

/** Gives the file a second name that nothing has yet: `FILE.old`, `FILE.old.2` … */
export function saveBeside(path: string, storage: Storage): string | Problem {
  for (let count = 1; count <= MOST_SAVED; count++) {
    const name = count === 1 ? `${path}.old` : `${path}.old.${count}`;
    try {
      storage.link(path, name);
      return name;
    } catch (error) {
      if (errorCode(error) !== "EEXIST") return storageProblem(path, "save", error);
    }
  }
  return problem("rrd-exists", `"${path}" has ${MOST_SAVED} saved files beside it already`);
}
