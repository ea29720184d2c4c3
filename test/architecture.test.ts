import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

/**
 * The map of src/: a room imports only from rooms above it, through their `index.ts`; `import type` counts.
 * `run/…` are rooms inside a room: they may also use the few files that `run` keeps for all of them.
 */
const rooms = [
  "base",
  "block",
  "rrd",
  "graph",
  "unidist",
  "run/script",
  "run/command",
  "run/cached",
  "run/collect",
  "run",
  "console",
  "dropstar",
  "rem",
  "mad",
  "engine",
  "cli",
] as const;

/** Rooms beside each other that must not know one another. */
const strangers: readonly (readonly string[])[] = [
  ["console", "dropstar", "rem", "mad"],
  ["run/script", "run/command", "run/collect"],
];

/** What `run` keeps for all the rooms inside it. */
const sharedByRun = [
  "run/failure.ts",
  "run/types.ts",
  "run/line-splitter.ts",
  "run/process-group.ts",
  "run/collect/writer-lock.ts",
];

const src = fileURLToPath(new URL("../src/", import.meta.url));
const files = readdirSync(src, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".ts"));

interface Import {
  readonly from: string;
  readonly to: string;
  readonly typeOnly: boolean;
}

const imports: Import[] = files.flatMap((from) => {
  const text = readFileSync(join(src, from), "utf8").replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, "");
  const found = text.matchAll(
    /(?:^|[;\n}])\s*(import|export)\s+(type\s)?[^;"'`]*?from\s*"([^"]+)"|import\(\s*"([^"]+)"\s*\)|^\s*import\s+"([^"]+)"/gm,
  );
  return [...found].flatMap(([, , type, named, dynamic, bare]) => {
    const specifier = named ?? dynamic ?? bare ?? "";
    if (!specifier.startsWith(".")) return [];
    return [
      {
        from,
        to: relative(src, resolve(src, dirname(from), specifier)),
        typeOnly: type !== undefined || dynamic !== undefined,
      },
    ];
  });
});

function roomOf(file: string): string | undefined {
  return [...rooms].sort((a, b) => b.length - a.length).find((room) => file.startsWith(`${room}/`));
}

test("every file of src/ stands in a room of the map, but for index.ts", () => {
  expect(files.filter((file) => file !== "index.ts" && roomOf(file) === undefined)).toEqual([]);
});

test("every import leads to a file that exists in src/", () => {
  expect(imports.filter(({ to }) => !files.includes(to) && !to.endsWith(".generated.js"))).toEqual([]);
});

test("rooms import only from rooms above them, and only through their index.ts", () => {
  const wrong = imports.filter(({ from, to }) => {
    const [here, there] = [roomOf(from), roomOf(to)];
    if (here === there || there === undefined) return false;
    if (from === "index.ts") return to !== `${there}/index.ts`;
    if (here?.startsWith("run/") && sharedByRun.includes(to)) return false;
    // What is one room to the others is shared out in folders: `run` itself may look at the borders of its own.
    const isBorder = to === `${there}/index.ts` || (here === "run" && to === `${there}/types.ts`);
    if (!isBorder || here === undefined) return true;
    if (strangers.some((group) => group.includes(here) && group.includes(there))) return true;
    return rooms.indexOf(there as (typeof rooms)[number]) > rooms.indexOf(here as (typeof rooms)[number]);
  });
  expect(wrong.map(({ from, to }) => `${from} -> ${to}`)).toEqual([]);
});

test("rooms inside run are reached from outside through run/index.ts alone", () => {
  const wrong = imports.filter(
    ({ from, to }) => to.startsWith("run/") && !from.startsWith("run/") && to !== "run/index.ts",
  );
  expect(wrong.map(({ from, to }) => `${from} -> ${to}`)).toEqual([]);
});

test("no file imports itself through others", () => {
  // Types and what is loaded on demand may refer to each other: neither runs when a module is evaluated.
  const next = Map.groupBy(
    imports.filter(({ typeOnly }) => !typeOnly),
    ({ from }) => from,
  );
  const done = new Set<string>();
  const cycles: string[] = [];
  const visit = (file: string, path: readonly string[]): void => {
    if (path.includes(file)) {
      cycles.push([...path.slice(path.indexOf(file)), file].join(" -> "));
      return;
    }
    if (done.has(file)) return;
    for (const { to } of next.get(file) ?? []) visit(to, [...path, file]);
    done.add(file);
  };
  for (const file of files) visit(file, []);
  expect(cycles).toEqual([]);
});
