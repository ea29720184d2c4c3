import module from "node:module";
import { dirname } from "node:path";
import type { Events } from "../base/index.ts";
import { createScriptRunner, type ScriptRunner } from "../run/index.ts";
import { LateSpace } from "./late-space.ts";

/** What runs scripts, with the space that they will share. */
export interface Scripts {
  readonly runner: ScriptRunner;
  readonly space: LateSpace;
  readonly events: Events;
}

/**
 * Made before anything else: a worker takes longer to boot than all that is done until it is needed (load the rest
 * of procblock, read the block, check it), and boots meanwhile.
 */
export function createScripts(events: Events): Scripts {
  const space = new LateSpace();
  const runner = createScriptRunner({
    log: (level, text, label) => events.report({ type: "log:written", level, text, thread: label }),
    onReloaded: (file) => events.report({ type: "script:reloaded", file }),
    onBroken: (file, problem) => events.report({ type: "script:broken", file, problem }),
    space,
    compileCache: compileCache(),
  });
  return { runner, space, events };
}

/** The folder that this process was told to use; Node names the one inside it that fits its version. */
function compileCache(): string | undefined {
  const inside = module.getCompileCacheDir();
  return inside === undefined ? undefined : dirname(inside);
}
