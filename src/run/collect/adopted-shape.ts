import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { formatDuration, type Problem, problem } from "../../base/index.ts";
import type { CheckContext } from "../../block/index.ts";
import { type DataSourceDefinition, openRrd, type RrdInfo } from "../../rrd/index.ts";
import type { CheckedCollect, CollectField } from "./definition.ts";
import { otherLimits, sameArchives } from "./file-differences.ts";
import type { FileShape, Fit } from "./fit.ts";

/** A file that is taken as it is, whoever made it: only what goes into it has to fit. */
export function fitAdopted(path: string, info: RrdInfo, shape: FileShape): Fit {
  const added: DataSourceDefinition[] = [];
  const warnings: Problem[] = [];
  const warn = (message: string, ...notes: string[]) =>
    warnings.push(problem("rrd-differs", message, { severity: "warning", notes }));
  const wrong = (field: CollectField, message: string, ...notes: string[]): Fit => {
    const refusal = problem("rrd-mismatch", message, { notes, place: field.place });
    return { refusal: { problem: refusal, field }, added: [], warnings };
  };
  const names = info.dataSources.map(({ name }) => name);
  for (const field of shape.fields) {
    const { name, type } = field.source;
    const there = info.dataSources.find((source) => source.name === name);
    if (there === undefined && shape.adopt === "extend") {
      added.push(field.source);
    } else if (there === undefined) {
      return wrong(
        field,
        `"${path}" has no data source "${name}"; it has ${names.join(", ")}`,
        `name the field as the file does and say where the value is: "${names[0]}": {from: ${name}}`,
        "or set adopt: extend, which adds what the file lacks",
      );
    } else if (there.type === "COMPUTE") {
      return wrong(field, `"${name}" is computed by "${path}" itself`, "leave the field out");
    } else if (field.readAs !== undefined && there.type !== type) {
      const fix = `write type: ${there.type}, or leave type out: the file's own is taken`;
      return wrong(field, `field "${name}" is ${there.type} in "${path}", the block says type: ${type}`, fix);
    } else {
      // Only what the block says itself: no limit is no wish.
      const { min = there.min, max = there.max } = field.source;
      const wanted = { name, heartbeat: there.heartbeat, min, max };
      for (const { message, remedy } of otherLimits(path, there, wanted)) warn(message, remedy);
    }
    if (there !== undefined && shape.every !== undefined && there.heartbeat < shape.every) {
      const [silence, every] = [formatDuration(there.heartbeat), formatDuration(shape.every)];
      warn(
        `"${path}" takes "${name}" for unknown after ${silence} without a value, and one comes every ${every}: all are unknown`,
        `collect more often, or: procblock rrd tune ${path} --heartbeat ${name}:${2 * Math.ceil(shape.every)}`,
      );
    }
  }
  if (shape.ownArchives && !sameArchives(info, shape)) {
    warn(
      `"${path}" has other archives than the block says: with adopt the file's count`,
      "leave archives out; without adopt the file gets those of the block and its data is kept",
    );
  }
  const left = names.filter((name) => !shape.fields.some(({ source }) => source.name === name));
  const computed = info.dataSources.filter(({ type }) => type === "COMPUTE").map(({ name }) => name);
  const unknown = left.filter((name) => !computed.includes(name));
  if (unknown.length > 0) {
    const what = unknown.map((name) => `"${name}"`).join(", ");
    warn(`"${path}" has ${what}, which the block does not collect: unknown from now on`);
  }
  return { added, warnings };
}

/** Tells before anything runs that a file that is there already cannot take what the block has for it. */
export function checkAdopted(collect: CheckedCollect, check: CheckContext): void {
  if (collect.file.names.length > 0) return;
  const path = resolve(collect.dir, collect.file.text);
  if (!existsSync(path)) return;
  const opened = openRrd(path, { mode: "read" });
  // Whatever it is, it is told when it is to be written, and may be gone by then.
  if (!opened.ok) return;
  const { refusal } = fitAdopted(collect.file.text, opened.value.info(), collect);
  opened.value.close();
  if (refusal === undefined) return;
  const { code, message, notes } = refusal.problem;
  const { at = [], readAs } = refusal.field ?? {};
  const isValue = readAs !== undefined || typeof at.at(-1) === "number";
  check.report(code, message, { path: at, part: isValue ? "value" : "key", notes: notes ?? [] });
}
