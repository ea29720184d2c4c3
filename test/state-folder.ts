import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Every file of tests, and what it starts, has a user's state folder of its own. */
const folder = mkdtempSync(join(tmpdir(), "procblock-state-"));
process.env.XDG_STATE_HOME = folder;
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
