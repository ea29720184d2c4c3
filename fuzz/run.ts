/**
 * Tries inputs that nobody should have to expect: each has to give a clear error or valid data, in little time and memory.
 *
 *     npm run fuzz -- [--cases N] [--seed S] [--only KIND]… [--case NUMBER] [--workers N] [--json]
 *
 * Kinds: rrd-file, update, command, time, xml, protocol, pipe, block. Findings are kept in fuzz/findings.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { playAll } from "./crew.ts";
import type { FoundInput } from "./orders.ts";
import { FuzzSession, inMemory } from "./play.ts";
import { targets } from "./targets.ts";

const findings = new URL("findings/", import.meta.url).pathname;
const values = given();
const kinds = targets.map(({ kind }) => kind);
const unknown = values.only.find((kind) => !kinds.includes(kind));
if (unknown !== undefined) {
  console.error(`no kind "${unknown}"; kinds: ${kinds.join(", ")}`);
  process.exit(2);
}
const seed = whole("seed", values.seed, 0);
process.exit(values.case === undefined ? await playMany() : await playOne(whole("case", values.case, 0)));

function given() {
  const workers = String(Math.min(8, availableParallelism()));
  try {
    return parseArgs({
      options: {
        cases: { type: "string", default: "100000" },
        seed: { type: "string", default: "1" },
        only: { type: "string", multiple: true, default: [] },
        case: { type: "string" },
        workers: { type: "string", default: workers },
        json: { type: "boolean", default: false },
      },
    }).values;
  } catch (error) {
    console.error((error as Error).message);
    return process.exit(2);
  }
}

function whole(name: string, text: string, least: number): number {
  const value = Number(text);
  if (Number.isSafeInteger(value) && value >= least) return value;
  console.error(`--${name} must be a whole number from ${least} on, not "${text}"`);
  return process.exit(2);
}

async function playOne(index: number): Promise<number> {
  process.env.TZ = "UTC";
  const session = new FuzzSession(seed, values.only, (input) =>
    console.log(typeof input === "string" ? input : Buffer.from(input).toString("latin1")),
  );
  const found = await session.play(index);
  await session.close();
  console.log(found === undefined ? "nothing found" : `${found.kind}: ${found.what}`);
  return found === undefined ? 0 : 1;
}

async function playMany(): Promise<number> {
  const cases = whole("cases", values.cases, 1);
  const workers = Math.min(cases, whole("workers", values.workers, 1));
  const folder = mkdtempSync(join(inMemory(), "fuzz-"));
  process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(130));
  const began = performance.now();
  const found: FoundInput[] = [];
  let played = 0;
  const options = { seed, cases, only: values.only, workers, folder };
  await playAll({
    ...options,
    onPlayed: (count) => {
      played += count;
      if (process.stderr.isTTY)
        process.stderr.write(`\r${played} of ${cases} cases, ${found.length} findings `);
    },
    onFound: (one) => {
      found.push(one);
      keep(one);
    },
  });
  const seconds = (performance.now() - began) / 1000;
  if (process.stderr.isTTY) process.stderr.write("\r\x1b[K");
  if (values.json) {
    console.log(
      JSON.stringify(
        { seed, cases, seconds, findings: found.map((one) => ({ ...one, replay: replay(one) })) },
        null,
        2,
      ),
    );
  } else {
    console.log(`${cases} cases, seed ${seed}, ${seconds.toFixed(0)} s: ${found.length} findings`);
  }
  return found.length === 0 ? 0 : 1;
}

function keep(one: FoundInput): void {
  mkdirSync(findings, { recursive: true });
  const path = join(findings, `${seed}-${one.index}`);
  writeFileSync(path, Buffer.from(one.input, "base64"));
  if (values.json) return;
  console.log(`${one.kind}: ${one.what}\n  input: ${path}\n  again: ${replay(one)}`);
}

function replay({ index }: FoundInput): string {
  const only = values.only.map((kind) => ` --only ${kind}`).join("");
  return `npm run fuzz -- --seed ${seed}${only} --case ${index}`;
}
