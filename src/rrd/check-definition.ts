import { type Problem, problem } from "../base/index.ts";
import { checkForecastArchive } from "./check-forecast.ts";
import { parseExpression } from "./compute-expression.ts";
import { isPlainConsolidation } from "./consolidations.ts";
import { dataSourceKinds } from "./data-source-kinds.ts";
import type { ArchiveDefinition, RrdDefinition } from "./definition.ts";

const NAME = /^[A-Za-z0-9_-]{1,19}$/;
const MOST_SOURCES = 10_000;
const MOST_ARCHIVES = 1000;

/** Everything that is wrong with a definition. */
export function checkDefinition(definition: RrdDefinition): Problem[] {
  const problems: Problem[] = [];
  const complain = (message: string) => problems.push(problem("rrd-definition", message));
  if (!isCount(definition.step))
    complain(`step must be a whole number of seconds, at least 1, not ${definition.step}`);
  if (!Number.isSafeInteger(definition.start) || definition.start < 0)
    complain(`start must be whole epoch seconds, not ${definition.start}`);
  if (definition.dataSources.length === 0) complain("you must define at least one Data Source");
  if (definition.archives.length === 0) complain("you must define at least one Round Robin Archive");
  if (definition.dataSources.length > MOST_SOURCES) complain(`more than ${MOST_SOURCES} data sources`);
  if (definition.archives.length > MOST_ARCHIVES) complain(`more than ${MOST_ARCHIVES} archives`);
  checkDataSources(definition.dataSources, complain);
  for (const archive of definition.archives) {
    if ("xff" in archive) checkArchive(archive, definition.step, complain);
    else checkForecastArchive(archive, definition, complain);
  }
  return problems;
}

export function checkDataSources(
  dataSources: RrdDefinition["dataSources"],
  complain: (message: string) => void,
): void {
  const seen = new Set<string>();
  for (const source of dataSources) {
    const { name, type } = source;
    const before = [...seen];
    if (!NAME.test(name)) complain(`data source name "${name}" must be 1 to 19 of A-Z a-z 0-9 _ -`);
    if (seen.has(name)) complain(`Duplicate DS name: ${name}`);
    seen.add(name);
    if (source.type === "COMPUTE") {
      const expression = parseExpression(source.expression, before);
      if ("fault" in expression) complain(`data source "${name}": ${expression.fault}`);
      continue;
    }
    const { heartbeat, min, max } = source;
    if (!Object.hasOwn(dataSourceKinds, type))
      complain(`data source "${name}" has the type "${type}", which is not supported`);
    if (!isCount(heartbeat))
      complain(
        `heartbeat of data source "${name}" must be a whole number of seconds, at least 1, not ${heartbeat}`,
      );
    if (min !== undefined && max !== undefined && min >= max)
      complain(`min of data source "${name}" (${min}) must be less than its max (${max})`);
  }
}

function checkArchive(
  { cf, xff, pdpPerRow, rows }: ArchiveDefinition,
  step: number,
  complain: (message: string) => void,
): void {
  const what = `archive ${cf}:${xff}:${pdpPerRow}:${rows}`;
  if (!isPlainConsolidation(cf)) complain(`${what} has a consolidation function that is not supported`);
  if (xff < 0 || xff >= 1) complain(`${what}: xff must be at least 0 and less than 1`);
  if (!isCount(pdpPerRow)) complain(`${what}: steps per row must be a whole number, at least 1`);
  if (!isCount(rows)) complain(`${what}: rows must be a whole number, at least 1`);
  else if (!Number.isSafeInteger(rows * pdpPerRow * step)) complain(`${what} covers more time than there is`);
}

function isCount(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 1;
}
