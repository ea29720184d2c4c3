import { failed, ok, type Problem, problem, type Result } from "../base/index.ts";
import { isPlainConsolidation } from "./consolidations.ts";
import { createRrd } from "./create.ts";
import { parseCreateArguments } from "./create-arguments.ts";
import type { RrdDefinition } from "./definition.ts";
import type { FillSource } from "./fill-candidates.ts";
import type { Header } from "./header.ts";
import { nodeStorage } from "./node-storage.ts";
import { openFile } from "./open-file.ts";
import { quietly } from "./place-new-file.ts";
import { readHeader } from "./read-header.ts";
import { errorCode } from "./rrd-problems.ts";
import type { Storage } from "./storage.ts";

export interface CreateCommandOptions {
  /** Epoch seconds. */
  readonly now: number;
  /** The file as the command line names it: its name spreads the smoothing of forecasts over time. */
  readonly name: string;
  /** The path that a name on the command line means. */
  readonly resolve: (name: string) => string;
  readonly storage?: Storage | undefined;
}

/**
 * `["-r", "old.rrd", "DS:…", "RRA:…"]` as `rrdtool create` takes them after the file name: makes the file at `path`, with
 * what the sources hold. Problems: `rrd-arguments` (rrdtool's words) and those of creating.
 */
export function createFromArguments(
  path: string,
  words: readonly string[],
  options: CreateCommandOptions,
): Result<void> {
  const { now, name, resolve, storage = nodeStorage } = options;
  const request = parseCreateArguments(words, now, {
    template: (from) => headerAt(resolve(from), storage),
    sourceFault: (from) => sourceFault(from, from === "" ? "" : resolve(from), storage),
  });
  if (!request.ok) return request;
  const { definition, noOverwrite, sources, origins, template, startIsOpen } = request.value;
  const opened: FillSource[] = [];
  try {
    for (const from of sources) {
      const source = openSource(resolve(from), storage);
      if (source === undefined) return refuse(`Cannot open source RRD ${from}`);
      opened.push(source);
    }
    const latest = Math.max(...opened.map(({ header }) => header.lastUpdate));
    const start = startIsOpen && opened.length > 0 ? latest : definition.start;
    const made = createRrd(
      path,
      { ...definition, start },
      {
        overwrite: !noOverwrite,
        smoothingName: name,
        template,
        sources: opened,
        origins,
        storage,
      },
    );
    return made.ok ? ok(undefined, [...made.warnings, ...trapsOf(definition, opened)]) : made;
  } finally {
    for (const { file } of opened) quietly(() => file.close());
  }
}

/** What rrdtool does to the data, and we after it, that nobody expects. */
function trapsOf({ step, archives }: RrdDefinition, sources: readonly FillSource[]): Problem[] {
  const warn = (message: string) => problem("rrd-fill", message, { severity: "warning" });
  const warnings: Problem[] = [];
  const seconds = (archive: (typeof archives)[number]) =>
    ("pdpPerRow" in archive ? archive.pdpPerRow : 1) * step;
  if (sources.some(({ header }) => header.step === 1) && archives.some((archive) => seconds(archive) > 1))
    warnings.push(
      warn("of rows of one second, longer rows take only the first that is known, as with rrdtool"),
    );
  const has = (cf: string) =>
    sources.some(({ header }) =>
      header.archives.some((archive) => archive.cf === cf && header.step === step),
    );
  const strange = archives.find(({ cf }) => !isPlainConsolidation(cf) && !has(cf));
  if (sources.length > 0 && strange !== undefined)
    warnings.push(
      warn(`no source has ${strange.cf} rows of ${step} s: averages stand there, as with rrdtool`),
    );
  return warnings;
}

function refuse(message: string): Result<never> {
  return failed(problem("rrd-arguments", message));
}

function headerAt(path: string, storage: Storage): Result<Header> {
  const source = openSource(path, storage);
  if (source === undefined) return refuse("");
  quietly(() => source.file.close());
  return ok(source.header);
}

function openSource(path: string, storage: Storage): FillSource | undefined {
  const opened = openFile(path, "copy", storage);
  if (!opened.ok) return undefined;
  const header = readHeader(opened.value, path);
  if (header.ok) return { header: header.value, file: opened.value };
  quietly(() => opened.value.close());
  return undefined;
}

function sourceFault(name: string, path: string, storage: Storage): string | undefined {
  try {
    const status = path === "" ? undefined : storage.stat(path);
    if (status === undefined) return `error checking for source RRD ${name}: No such file or directory`;
    return status.isFile ? undefined : `Not a regular file: ${name}`;
  } catch (error) {
    return `error checking for source RRD ${name}: ${errorCode(error) ?? "cannot be looked at"}`;
  }
}
