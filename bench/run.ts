/**
 * Runs every `bench/*.ts` that exports `bench()` and prints one table: ours beside the rival of the same run.
 *
 *     npm run bench -- [--only NAME]… [--json] [--seconds N]
 */
import { readdirSync } from "node:fs";
import { cpus } from "node:os";
import { parseArgs } from "node:util";
import type { BenchRow } from "./row.ts";

interface BenchModule {
  bench?: () => Promise<BenchRow | readonly BenchRow[]>;
}

const { values } = parseArgs({
  options: {
    json: { type: "boolean", default: false },
    only: { type: "string", multiple: true, default: [] },
    // Read by `cached`.
    seconds: { type: "string" },
  },
});

const names = readdirSync(import.meta.dirname)
  .filter((file) => file.endsWith(".ts") && !["run.ts", "row.ts"].includes(file))
  .map((file) => file.slice(0, -3))
  .filter((name) => values.only.length === 0 || values.only.some((wanted) => name.includes(wanted)))
  .sort();

const rows: (BenchRow & { name: string })[] = [];
const failures: { name: string; message: string }[] = [];
for (const name of names) {
  const module = (await import(`./${name}.ts`)) as BenchModule;
  if (module.bench === undefined) continue;
  process.stderr.write(`${name} …\n`);
  try {
    const measured = await module.bench();
    rows.push(...[measured].flat().map((row) => ({ name, ...(row as BenchRow) })));
  } catch (error) {
    failures.push({ name, message: error instanceof Error ? (error.stack ?? error.message) : String(error) });
  }
}

if (values.json) {
  console.log(JSON.stringify({ node: process.version, cpus: cpus().length, rows, failures }, null, 2));
} else {
  print(rows);
  for (const { name, message } of failures) console.log(`${name} could not be measured: ${message}`);
}
const missed = rows.filter((row) => !row.met).length;
if (!values.json) console.log(`\n${rows.length - missed} of ${rows.length} goals met`);
process.exit(failures.length > 0 ? 1 : 0);

function print(table: readonly BenchRow[]): void {
  const heads = ["what", "ours", "rival", "unit", "ratio", "goal", "met", "note"];
  const cells = table.map((row) => [
    row.what,
    figure(row.ours),
    figure(row.theirs),
    row.unit,
    row.ratio.toFixed(2),
    row.goal,
    row.met ? "yes" : "NO",
    row.note ?? "",
  ]);
  const widths = heads.map((head, column) =>
    Math.max(head.length, ...cells.map((row) => (row[column] ?? "").length)),
  );
  const line = (row: readonly string[]) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd();
  console.log(line(heads));
  console.log(line(widths.map((width) => "-".repeat(width))));
  for (const row of cells) console.log(line(row));
}

function figure(value: number): string {
  if (!Number.isFinite(value)) return "–";
  return Math.abs(value) >= 1000
    ? Math.round(value).toLocaleString("en")
    : String(Number(value.toPrecision(3)));
}
