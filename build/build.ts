/**
 * Fills dist/: bundles for Node.js in one flat folder, so that a file finds its neighbours (workers, python-host.py)
 * beside itself, and the declarations of the library.
 *
 *     node build/build.ts [--no-types] [--quiet]
 */
import { spawnSync } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = fileURLToPath(new URL("..", import.meta.url));
const dist = `${root}dist`;
const options = new Set(process.argv.slice(2));

/** Name in dist/ -> source. */
const entries: Readonly<Record<string, string>> = {
  index: "src/index.ts",
  cli: "src/cli/bin.ts",
  "script-worker": "src/run/script/worker.ts",
  "long-worker": "src/run/script/long-worker.ts",
  "script-child": "src/run/script/child.ts",
  "draw-worker": "src/graph/draw-worker.ts",
};
const copied: Readonly<Record<string, string>> = { "python-host.py": "src/run/script/python-host.py" };

/** Bundled because every start needs them and one file opens faster than sixty; the others load when first used. */
const bundled = new Set(["yaml", "croner"]);

async function bundle(): Promise<void> {
  const manifest = JSON.parse(readFileSync(`${root}package.json`, "utf8")) as {
    dependencies: Record<string, string>;
  };
  const external = Object.keys(manifest.dependencies).filter((name) => !bundled.has(name));
  await build({
    absWorkingDir: root,
    entryPoints: Object.entries(entries)
      .filter(([, source]) => existsSync(`${root}${source}`))
      .map(([out, source]) => ({ in: source, out })),
    outdir: "dist",
    bundle: true,
    splitting: true,
    format: "esm",
    platform: "node",
    target: "node24",
    chunkNames: "chunk-[hash]",
    // yaml's Node build is CommonJS, which cannot be shaken; its other build is the same code as modules.
    alias: { yaml: `${root}node_modules/yaml/browser/index.js` },
    external,
    // Names stay for stack traces that people send in; without white space V8 reads half as much.
    minifySyntax: true,
    minifyWhitespace: true,
    legalComments: "none",
    logLevel: "warning",
  });
  for (const [name, source] of Object.entries(copied)) {
    if (existsSync(`${root}${source}`)) copyFileSync(`${root}${source}`, `${dist}/${name}`);
  }
}

/** Declarations of what `import … from "procblock"` gives. */
function declarations(): boolean {
  const compiler = fileURLToPath(new URL("../node_modules/typescript/bin/tsc", import.meta.url));
  const done = spawnSync(process.execPath, [compiler, "-p", `${root}build/tsconfig.json`], {
    cwd: root,
    encoding: "utf8",
  });
  if (done.status !== 0) process.stderr.write(`${done.stdout}${done.stderr}`);
  return done.status === 0;
}

async function schemas(): Promise<void> {
  const file = new URL("schemas.ts", import.meta.url);
  if (!existsSync(file)) return;
  const { buildSchemas } = (await import(file.href)) as { buildSchemas: () => Promise<unknown> };
  await buildSchemas();
}

const started = performance.now();
// Made before anything is bundled: the validators are part of the bundle.
await schemas();
rmSync(dist, { recursive: true, force: true });
mkdirSync(dist, { recursive: true });
await bundle();
const typed = options.has("--no-types") || declarations();
if (!typed) process.exit(1);
if (!options.has("--quiet")) {
  console.log(`built dist/ in ${((performance.now() - started) / 1000).toFixed(1)} s`);
}
