import { failed, ok, type Problem, problem, type Result } from "../base/index.ts";
import { checkDefinition } from "./check-definition.ts";
import { parseArchive, parseDataSource } from "./create-arguments.ts";
import type { RrdDefinition } from "./definition.ts";
import { definitionOf } from "./definition-of.ts";
import type { Header } from "./header.ts";
import type { ReshapeRequest, RowChange } from "./reshape-arguments.ts";

export interface ReshapePlan {
  readonly definition: RrdDefinition;
  /** For each data source of the new file the index of the old one that it is; undefined = new. */
  readonly sources: readonly (number | undefined)[];
  /** The same of archives; they may have another number of rows. */
  readonly archives: readonly (number | undefined)[];
}

/**
 * The new file's definition, by the old one's header (which has the new step already). Problems: `rrd-arguments`
 * (rrdtool's words where it has any), `rrd-definition`. What asks for nothing is a warning: rrdtool is silent there.
 */
export function planReshape(old: Header, request: ReshapeRequest): Result<ReshapePlan> {
  const before = definitionOf(old);
  const warnings: Problem[] = [];
  const warn = (message: string) => warnings.push(problem("rrd-arguments", message, { severity: "warning" }));

  for (const name of request.removedSources)
    if (old.dataSourceIndex(name) < 0) warn(`there is no data source "${name}" to remove`);
  for (const index of [...request.removedArchives, ...request.rows.map(({ archive }) => archive)])
    if (before.archives[index] === undefined)
      warn(`there is no archive ${index}: the file has 0 to ${before.archives.length - 1}`);

  const archives: RrdDefinition["archives"][number][] = [];
  const fromArchives: (number | undefined)[] = [];
  before.archives.forEach((archive, index) => {
    const [change, ...more] = request.rows.filter((one) => one.archive === index);
    if (more.length > 0) warn(`of several RRA#${index} the first counts`);
    const rows = change === undefined ? archive.rows : changedRows(archive.rows, change);
    if (request.removedArchives.includes(index) || rows < 1) return;
    archives.push({ ...archive, rows });
    fromArchives.push(index);
  });
  for (const [at, archive] of archives.entries()) {
    if ("xff" in archive) continue;
    const leansOn = fromArchives.indexOf(archive.leansOn);
    if (leansOn < 0)
      return refuse(
        `archive ${archive.leansOn} cannot be removed alone: archive ${fromArchives[at]} needs it`,
      );
    archives[at] = { ...archive, leansOn };
  }
  for (const text of request.addedArchives) {
    const parsed = parseArchive(text, archives.length, before.step);
    if ("fault" in parsed) return refuse(parsed.fault);
    archives.push(...parsed.archives);
    fromArchives.push(...parsed.archives.map(() => undefined));
  }

  const kept = [...before.dataSources.keys()].filter(
    (index) => !request.removedSources.includes(before.dataSources[index]?.name ?? ""),
  );
  const dataSources = kept.map((index) => before.dataSources[index] as RrdDefinition["dataSources"][number]);
  const needy = neededSource(old, kept);
  if (needy !== undefined) return refuse(needy);
  const fromSources: (number | undefined)[] = [...kept];
  for (const text of request.addedSources) {
    const parsed = parseDataSource(text, dataSources);
    if ("fault" in parsed) return refuse(parsed.fault);
    dataSources.push(parsed.source);
    fromSources.push(undefined);
  }

  const definition = { ...before, dataSources, archives };
  const problems = checkDefinition(definition);
  if (problems.length > 0) return failed(...problems);
  return ok({ definition, sources: fromSources, archives: fromArchives }, warnings);
}

function changedRows(rows: number, { how, count }: RowChange): number {
  return how === "=" ? count : how === "+" ? rows + count : rows - count;
}

/** What rrdtool does not look at: it would compute from another data source from then on. */
function neededSource(old: Header, kept: readonly number[]): string | undefined {
  for (const index of kept) {
    const { name, expression } = old.dataSources[index] ?? {};
    const names = expression?.text.split(",") ?? [];
    const gone = old.dataSources.findIndex(
      (source, at) =>
        !kept.includes(at) && (names.includes(source.name) || names.includes(`PREV(${source.name})`)),
    );
    if (gone >= 0)
      return `data source '${old.dataSources[gone]?.name}' cannot be removed: '${name}' is computed from it`;
  }
  return undefined;
}

function refuse(message: string): Result<never> {
  return failed(problem("rrd-arguments", message));
}
