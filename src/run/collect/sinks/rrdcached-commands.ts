import { escapedPath } from "../../cached/index.ts";
import type { Point, RemoteFile } from "./sink.ts";

/** `CREATE` that leaves a file alone which is there. It begins a row before the first sample, as a file here does. */
export function createCommand(file: RemoteFile, firstSample: number): string {
  const sources = file.dataSources.map(
    ({ name, type, heartbeat, min, max }) => `DS:${name}:${type}:${heartbeat}:${min ?? "U"}:${max ?? "U"}`,
  );
  const archives = file.archives.map(
    ({ cf, xff, pdpPerRow, rows }) => `RRA:${cf}:${xff}:${pdpPerRow}:${rows}`,
  );
  const start = Math.floor(firstSample) - file.step;
  return `CREATE ${escapedPath(file.path)} -s ${file.step} -b ${start} -O ${[...sources, ...archives].join(" ")}`;
}

/** `columns`: for each data source of the file the index of the field that fills it; -1: none does. */
export function updateCommand(path: string, { time, values }: Point, columns: readonly number[]): string {
  const readings = columns.map((field) => values[field] ?? "U");
  return `UPDATE ${escapedPath(path)} ${time}:${readings.join(":")}`;
}

/** From the lines that INFO answers; a text: why the file is not one for these values. */
export function columnsOf(file: RemoteFile, lines: readonly string[]): readonly number[] | string {
  const facts = new Map<string, string>();
  for (const line of lines) {
    const [, key, value] = /^(\S+) \d (.*)$/.exec(line) ?? [];
    if (key !== undefined && value !== undefined) facts.set(key, value);
  }
  const step = Number(facts.get("step"));
  if (step !== file.step) return `"${file.path}" has one row every ${step} s there, not ${file.step} s`;
  const columns: number[] = [];
  for (const [key, value] of facts) {
    const [, name] = /^ds\[(.+)\]\.index$/.exec(key) ?? [];
    const index = Number(value);
    if (name === undefined || !Number.isInteger(index) || index < 0 || index > 10_000) continue;
    const type = facts.get(`ds[${name}].type`);
    // Its value comes from others: none is sent.
    if (type === "COMPUTE") continue;
    columns[index] = file.dataSources.findIndex((source) => source.name === name);
  }
  for (const [field, { name, type }] of file.dataSources.entries()) {
    if (!columns.includes(field)) return `"${file.path}" has no field "${name}" there`;
    const there = facts.get(`ds[${name}].type`);
    if (there !== type) return `field "${name}" of "${file.path}" is ${there} there, not ${type}`;
  }
  return columns.filter(() => true);
}
