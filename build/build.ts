/**
 * Fills dist/: bundles for Node.js in one flat folder, so that a file finds its neighbours (workers, python-host.py)
 * beside itself, and the declarations of the library.
 *
 *     node build/build.ts [--bundle-only] [--quiet]
 *
 * Measured on Node 24, because `procblock FILE` shall start as fast as a bare process with a worker: CommonJS is
 * loaded 2 ms faster than modules, in the main thread and in the worker again; and the command is two files, so that
 * the first, small one can start a worker before the second one is read.
 */
import { spawnSync } from "node:child_process";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { fileURLToPath } from "node:url";
import { type BuildOptions, build, type Plugin } from "esbuild";
import { lazyBuiltins } from "./lazy-builtins.ts";
import { apart, roomsApart } from "./rooms-apart.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const dist = `${root}dist`;
/** Takes the place of dist/ when everything in it was built: a failed build leaves the last good one. */
const fresh = `${root}dist.new`;
const options = new Set(process.argv.slice(2));

/** Every start needs these, so they are part of the bundle; dependencies are loaded when first used, if at all. */
const bundled = ["croner", "yaml"];
const manifest = JSON.parse(readFileSync(`${root}package.json`, "utf8")) as {
  dependencies: Record<string, string>;
};

const common: BuildOptions = {
  absWorkingDir: root,
  outdir: fresh,
  bundle: true,
  platform: "node",
  target: "node24",
  external: Object.keys(manifest.dependencies),
  // yaml's Node build is CommonJS, which cannot be shaken; its other build is the same code as modules.
  alias: { yaml: `${root}node_modules/yaml/browser/index.js` },
  plugins: [lazyBuiltins],
  // Names stay for stack traces that people send in; without white space there is half as much to read.
  minifySyntax: true,
  minifyWhitespace: true,
  legalComments: "none",
  logLevel: "warning",
};

const commonJs: BuildOptions = {
  ...common,
  format: "cjs",
  outExtension: { ".js": ".cjs" },
  define: { "import.meta.url": "importMetaUrl" },
  banner: { js: 'const importMetaUrl=require("node:url").pathToFileURL(__filename).href;' },
};

/** Commands with so much code of their own that it would slow down the start of all others; folders of that name. */
const ownBundles = ["rrd", "shared"];

/**
 * Commands are not part of cli.cjs; all of them are in the file beside it. That file may ask for itself: modules that
 * are loaded on demand inside one bundle would each be wrapped in a function, and all they import as well.
 */
const commandsApart: Plugin = {
  name: "commands-apart",
  setup({ onResolve }) {
    onResolve({ filter: /\/[a-z-]+\.ts$/ }, ({ kind, path, importer }) => {
      const isCommand = /\/commands\//.test(path) || /\/commands\/table\.ts$/.test(importer);
      if (kind !== "dynamic-import" || !isCommand) return undefined;
      const own = ownBundles.find((name) => path.endsWith(`/${name}.ts`));
      return { path: `./${own ?? "commands"}.cjs`, external: true };
    });
  },
};

/** Backends of shared spaces: loaded by blocks that share something, from files of their own. */
const backends = ["sqlite", "postgres"];

const backendsApart: Plugin = {
  name: "backends-apart",
  setup({ onResolve }) {
    onResolve({ filter: /^\.\/(sqlite|postgres)\/space\.ts$/ }, ({ kind, path }) =>
      kind === "dynamic-import" ? { path: `./space-${path.split("/")[1]}.cjs`, external: true } : undefined,
    );
  },
};

/** What a worker needs to get at shared things by itself: loaded by the first script that shares something. */
const directApart: Plugin = {
  name: "direct-apart",
  setup({ onResolve }) {
    onResolve({ filter: /^\.\/shared-direct\.ts$/ }, ({ kind }) =>
      kind === "dynamic-import" ? { path: "./shared-direct.cjs", external: true } : undefined,
    );
  },
};

async function bundle(): Promise<void> {
  const commands = readdirSync(`${root}src/cli/commands`).filter(
    (file) => file !== "table.ts" && !ownBundles.includes(file),
  );
  // `import()` of a file beside it becomes `require`: the loader of modules is not even woken up.
  const required: BuildOptions = { ...commonJs, supported: { "dynamic-import": false } };
  await Promise.all([
    build({
      ...required,
      plugins: [lazyBuiltins, commandsApart, roomsApart, backendsApart],
      entryPoints: [{ in: "src/cli/bin.ts", out: "cli" }],
    }),
    build({
      ...required,
      plugins: [lazyBuiltins, commandsApart, roomsApart, backendsApart],
      stdin: {
        contents: commands.map((file) => `export * from "./${file}";`).join("\n"),
        resolveDir: `${root}src/cli/commands`,
        sourcefile: "commands.ts",
      },
      entryNames: "commands",
    }),
    build({
      ...required,
      plugins: [lazyBuiltins, commandsApart, backendsApart],
      entryPoints: ownBundles.map((name) => ({ in: `src/cli/commands/${name}/${name}.ts`, out: name })),
    }),
    ...backends.map((name) =>
      build({ ...required, entryPoints: [{ in: `src/unidist/${name}/space.ts`, out: `space-${name}` }] }),
    ),
    ...Object.entries(apart).map(([out, { source }]) =>
      build({ ...required, entryPoints: [{ in: source, out }] }),
    ),
    build({
      ...commonJs,
      plugins: [lazyBuiltins, directApart],
      entryPoints: [{ in: "src/run/script/worker.ts", out: "script-worker" }],
    }),
    build({
      ...required,
      plugins: [lazyBuiltins, backendsApart],
      entryPoints: [{ in: "src/run/script/shared-direct.ts", out: "shared-direct" }],
    }),
    ...Object.entries({
      index: "src/index.ts",
      "script-child": "src/run/script/child.ts",
      "draw-worker": "src/graph/draw-worker.ts",
    }).map(([out, source]) =>
      build({
        ...common,
        plugins: [lazyBuiltins, directApart],
        format: "esm",
        splitting: true,
        chunkNames: `${out}-[hash]`,
        entryPoints: [{ in: source, out }],
      }),
    ),
  ]);
  for (const file of ["python-host.py", "python_shared.py"])
    copyFileSync(`${root}src/run/script/${file}`, `${fresh}/${file}`);
  const licenses = bundled.map(
    (name) => `${name}\n\n${readFileSync(`${root}node_modules/${name}/LICENSE`, "utf8")}`,
  );
  writeFileSync(`${fresh}/THIRD-PARTY-LICENSES`, licenses.join("\n----\n\n"));
}

/** Declarations of what `import … from "procblock"` gives. */
function declarations(): boolean {
  const compiler = fileURLToPath(new URL("../node_modules/typescript/bin/tsc", import.meta.url));
  const done = spawnSync(
    process.execPath,
    [compiler, "-p", `${root}build/tsconfig.json`, "--outDir", `${fresh}/types`],
    {
      cwd: root,
      encoding: "utf8",
    },
  );
  if (done.status !== 0) process.stderr.write(`${done.stdout}${done.stderr}`);
  else {
    // Otherwise it depends on the reader's own settings whether `await using` types are known.
    const entry = `${fresh}/types/index.d.ts`;
    writeFileSync(entry, `/// <reference lib="esnext.disposable" />\n${readFileSync(entry, "utf8")}`);
  }
  return done.status === 0;
}

async function schemas(): Promise<void> {
  const { buildSchemas } = await import("./schemas.ts");
  await buildSchemas();
}

const started = performance.now();
const bundleOnly = options.has("--bundle-only");
// Made before anything is bundled: the validator is part of the bundle.
if (!bundleOnly || !existsSync(`${root}src/block/check/schema-check.generated.js`)) await schemas();
rmSync(fresh, { recursive: true, force: true });
mkdirSync(fresh, { recursive: true });
await bundle();
if (!bundleOnly && !declarations()) process.exit(1);
rmSync(dist, { recursive: true, force: true });
renameSync(fresh, dist);
if (!options.has("--quiet")) {
  console.log(`built dist/ in ${((performance.now() - started) / 1000).toFixed(1)} s`);
}
