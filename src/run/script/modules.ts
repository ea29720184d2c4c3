import { readFileSync } from "node:fs";
import module from "node:module";
import { basename } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import type { Failure } from "../failure.ts";
import { describeError, syntaxPlace } from "./describe-error.ts";
import { fileStamp } from "./file-stamp.ts";
import type { ModuleFile } from "./protocol.ts";

/**
 * How a worker gets at a script's function. Every version of a script is loaded under URLs of its own
 * (`a.ts?v=KEY`), its local helper modules with it, because modules cannot be unloaded. A hook notes what was
 * read, so that a worker that is born after a broken edit can be given the last good version's sources.
 */

export type ScriptFunction = (input: object) => unknown;

export interface Loaded {
  readonly run: ScriptFunction;
  /** What was read from disk; empty when everything had been handed over. */
  readonly files: readonly ModuleFile[];
}

/** A version that cannot be loaded. */
export interface Unloadable {
  readonly failure: Failure;
  readonly touched: readonly string[];
}

interface Version {
  readonly given: Map<string, ModuleFile>;
  readonly read: Map<string, ModuleFile>;
  /** Also files that could not be read. */
  readonly touched: Set<string>;
}

const versions = new Map<string, Version>();
/** Local files that came in through `require`, which has a cache of its own. */
const required = new Set<string>();
const textFormats = new Set(["module", "module-typescript", "commonjs", "commonjs-typescript", "json"]);
let loading: Version | undefined;
let hooked = false;

/** Hands over the sources of a version that loaded elsewhere. */
export function giveVersion(key: string, files: readonly ModuleFile[]): void {
  versions.set(key, {
    given: new Map(files.filter((file) => file.format !== "required").map((file) => [file.path, file])),
    read: new Map(),
    touched: new Set(),
  });
}

export function knownVersions(): number {
  return versions.size;
}

export async function loadScript(file: string, key: string): Promise<Loaded | Unloadable> {
  if (!hooked) {
    hooked = true;
    module.registerHooks({ resolve, load });
  }
  let version = versions.get(key);
  if (version === undefined) {
    version = { given: new Map(), read: new Map(), touched: new Set() };
    versions.set(key, version);
  }
  forgetRequired();
  // If it is a CommonJS module, it lands in the cache of `require` too.
  required.add(file);
  version.touched.add(file);
  loading = version;
  const name = basename(file);
  const unloadable = (failure: Failure): Unloadable => ({ failure, touched: [...version.touched] });
  try {
    const exported: unknown = await import(`${pathToFileURL(file).href}?v=${key}`);
    const run = findFunction(exported);
    if (run !== undefined) return { run, files: [...version.read.values()] };
    const names = Object.keys(exported as object).filter((one) => one !== "module.exports");
    return unloadable({
      kind: "not-loadable",
      message: `script "${name}" exports no function "processBlock"`,
      place: { file, line: 1, column: 1 },
      notes: [names.length === 0 ? "it exports nothing" : `it exports ${names.slice(0, 10).join(", ")}`],
    });
  } catch (error) {
    const failure = describeError(error, file, "not-loadable", "cannot be loaded");
    const place = failure.place ?? findSyntaxError(error, version);
    return unloadable({ ...failure, place: place ?? { file, line: 1, column: 1 } });
  } finally {
    loading = undefined;
  }
}

function findFunction(exported: unknown): ScriptFunction | undefined {
  const named = exported as { processBlock?: unknown; default?: unknown };
  const inner = named.default as { processBlock?: unknown } | null | undefined;
  for (const candidate of [named.processBlock, inner?.processBlock, inner]) {
    if (typeof candidate === "function") return candidate as ScriptFunction;
  }
  return undefined;
}

/** V8 does not say where the syntax error of an ES module is; the type stripper's parser does. */
function findSyntaxError(error: unknown, version: Version): Failure["place"] {
  if (!(error instanceof SyntaxError)) return undefined;
  for (const read of version.read.values()) {
    if (read.format !== "module") continue;
    try {
      module.stripTypeScriptTypes(read.source, { sourceUrl: read.path });
    } catch (found) {
      const stack = found instanceof Error ? (found.stack ?? "") : "";
      const place = syntaxPlace(stack);
      if (place !== undefined) return { ...place, file: read.path };
    }
  }
  return undefined;
}

function forgetRequired(): void {
  if (required.size === 0) return;
  const { cache } = module.createRequire(import.meta.url);
  for (const path of required) delete cache[path];
  required.clear();
}

/** TypeScript of a package counts as local, because Node refuses to strip its types; blocks come in packages too. */
function isLocal(url: string): boolean {
  return url.startsWith("file:") && (!url.includes("/node_modules/") || isTypeScript(url));
}

function isTypeScript(url: string): boolean {
  return /\.[cm]?ts(\?|$)/.test(url);
}

const resolve: module.ResolveHookSync = (specifier, context, next) => {
  const parent = context.parentURL ?? "";
  const key = keyOf(parent);
  if (key !== undefined && /^\.{0,2}\//.test(specifier)) noteTouched(specifier, parent);
  const resolved = next(specifier, context);
  if (!isLocal(resolved.url)) return resolved;
  if (resolved.url.includes("?")) return resolved;
  // `require` goes by file name and has a cache of its own.
  const requires = context.conditions.includes("require");
  if (key !== undefined && !requires) return { ...resolved, url: `${resolved.url}?v=${key}` };
  if (requires && loading !== undefined) noteRequired(fileURLToPath(resolved.url), loading);
  return resolved;
};

/** Watched, but not handed over to other workers: `require` reads the disk. */
function noteRequired(path: string, version: Version): void {
  required.add(path);
  version.touched.add(path);
  if (!version.read.has(path)) {
    version.read.set(path, { path, format: "required", source: "", stamp: fileStamp(path) });
  }
}

/** A helper that does not exist yet: when it appears, the script is worth another try. */
function noteTouched(specifier: string, parent: string): void {
  try {
    loading?.touched.add(fileURLToPath(new URL(specifier, parent)));
  } catch {
    // Not a file.
  }
}

const load: module.LoadHookSync = (url, context, next) => {
  const key = keyOf(url);
  const version = key === undefined ? undefined : versions.get(key);
  if (version === undefined || !url.startsWith("file:")) return next(url, context);
  const path = fileURLToPath(url);
  const given = version.given.get(path);
  if (given !== undefined) return { format: given.format, source: given.source, shortCircuit: true };
  version.touched.add(path);
  const stamp = fileStamp(path);
  const loaded = url.includes("/node_modules/") && isTypeScript(url) ? stripped(path) : next(url, context);
  if (loaded.source && typeof loaded.format === "string" && textFormats.has(loaded.format)) {
    const source =
      typeof loaded.source === "string" ? loaded.source : Buffer.from(asBytes(loaded.source)).toString();
    version.read.set(path, { path, format: loaded.format, source, stamp });
  }
  return loaded;
};

function stripped(path: string): module.LoadFnOutput {
  const source = module.stripTypeScriptTypes(readFileSync(path, "utf8"), { sourceUrl: path });
  return { format: path.endsWith(".cts") ? "commonjs" : "module", source, shortCircuit: true };
}

function asBytes(source: ArrayBuffer | NodeJS.TypedArray): Uint8Array {
  return source instanceof ArrayBuffer
    ? new Uint8Array(source)
    : new Uint8Array(source.buffer, source.byteOffset, source.byteLength);
}

function keyOf(url: string): string | undefined {
  const at = url.lastIndexOf("?v=");
  return at < 0 ? undefined : url.slice(at + 3);
}
