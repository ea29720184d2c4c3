import { resolve } from "node:path";
import { Events, failed, ok, type Result, systemClock } from "../base/index.ts";
import { type CheckedBlock, checkBlock, loadBlock } from "../block/index.ts";
import type { PrepareOptions } from "./options.ts";
import { createScripts, type Scripts } from "./scripts.ts";
import { Services } from "./services.ts";

/** A block that was loaded and checked, with all that is needed to run it. Nothing has run yet. */
export interface PreparedBlock {
  readonly block: CheckedBlock;
  readonly services: Services;
  readonly options: PrepareOptions;
}

/** Reads and checks a block file; all its problems at once. Nothing of it runs. `scripts`, if made early, are closed. */
export async function prepareBlock(
  file: string,
  options: PrepareOptions = {},
  scripts: Scripts = createScripts(options.events ?? new Events()),
): Promise<Result<PreparedBlock>> {
  const path = resolve(options.cwd ?? process.cwd(), file);
  // Places name a file as it was given, which a person finds sooner than an absolute path.
  const shown = path === resolve(file) ? file : path;
  const services = new Services(scripts, options.clock ?? systemClock, options.random ?? Math.random);

  const started = services.clock.monotonic();
  const loaded = loadBlock(shown);
  if (!loaded.ok) return refused(services, loaded);
  const seconds = (services.clock.monotonic() - started) / 1000;
  for (const one of loaded.value.files) services.events.report({ type: "file:loaded", file: one, seconds });

  const checked = checkBlock(loaded.value, {
    tags: services.tags,
    createFileTag: services.createFileTag,
  });
  if (!checked.ok) return refused(services, checked);
  for (const warning of checked.warnings) services.events.report({ type: "problem:found", problem: warning });
  return ok({ block: checked.value, services, options }, checked.warnings);
}

async function refused(services: Services, result: Extract<Result<unknown>, { ok: false }>) {
  await services.close();
  return failed<PreparedBlock>(...result.problems);
}
