import { formatDuration, type Problem, problem } from "../../base/index.ts";
import type { DataSourceDefinition, MigrationRequest, RrdInfo } from "../../rrd/index.ts";
import { otherLimits, sameArchives } from "./file-differences.ts";
import type { FileShape, Fit } from "./fit.ts";

/** A file that is the block's own: it follows when the block changes, as far as its data can be kept. */
export function fitOwn(path: string, info: RrdInfo, shape: FileShape): Fit {
  const warnings: Problem[] = [];
  const warn = (message: string, ...notes: string[]) =>
    warnings.push(problem("rrd-differs", message, { severity: "warning", notes }));
  const wrong = (message: string, ...fixes: string[]): Fit => {
    const moveAway = `or move the file away (mv ${path} ${path}.aside): a new one is made at the next sample`;
    const notes = [...fixes, moveAway];
    return { refusal: { problem: problem("rrd-mismatch", message, { notes }) }, added: [], warnings };
  };
  const added: DataSourceDefinition[] = [];
  for (const { source } of shape.fields) {
    const there = info.dataSources.find(({ name }) => name === source.name);
    if (there === undefined) {
      added.push(source);
      continue;
    }
    if (there.type !== source.type) {
      return wrong(
        `field "${source.name}" is ${there.type} in "${path}", the block says type: ${source.type}`,
        `set type: ${there.type}, give the field another name`,
        "or set adopt: true, which takes the file as it is, if another program made it",
      );
    }
    // A heartbeat follows the step.
    const isOpen = info.step !== shape.interval;
    const wanted = isOpen ? { ...source, heartbeat: there.heartbeat } : source;
    for (const { message, remedy } of otherLimits(path, there, wanted)) warn(message, remedy);
  }
  if (info.step !== shape.interval && added.length === shape.fields.length) {
    const names = info.dataSources.map(({ name }) => name);
    const [has, wants] = [formatDuration(info.step), formatDuration(shape.interval)];
    return wrong(
      `"${path}" is another program's: it has a row every ${has} and the fields ${names.join(", ")}, the block says interval: ${wants} and has none of them`,
      `to go on with the file as it is write adopt: true and its names: fields: {"${names[0]}": {from: ${shape.fields[0]?.source.name}}}`,
    );
  }
  for (const { name } of info.dataSources) {
    if (shape.fields.some(({ source }) => source.name === name)) continue;
    warn(`"${path}" has a field "${name}" that the block does not collect: unknown from now on`);
  }
  return { added, migration: migrationTo(shape, info), warnings };
}

/** Archives that the user did not write stay as they are, but for what another step does to them. */
function migrationTo(shape: FileShape, info: RrdInfo): MigrationRequest | undefined {
  const archives = shape.ownArchives && !sameArchives(info, shape) ? shape.archives : undefined;
  if (info.step !== shape.interval) return { step: shape.interval, archives };
  return archives === undefined ? undefined : { archives };
}
