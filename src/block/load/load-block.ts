import { basename, dirname, resolve } from "node:path";
import {
  type Bytes,
  emptyMapping,
  failed,
  isMapping,
  kindOf,
  type Mapping,
  ok,
  type Plain,
  type Problem,
  problem,
  type Result,
  setKey,
} from "../../base/index.ts";
import type { LoadedBlock } from "../types.ts";
import { FilePlaces } from "./file-places.ts";
import { type Importer, resolveImports } from "./imports.ts";
import { parseYaml } from "./parse-yaml.ts";
import { BlockPlaces } from "./places.ts";
import { type BlockFileSystem, diskFiles, readBlockFile } from "./read-file.ts";
import { keepHeapSmall } from "./small-heap.ts";
import { SourceText } from "./source-text.ts";
import { toData } from "./to-data.ts";

export type { BlockFileSystem } from "./read-file.ts";

export interface LoadOptions {
  readonly fileSystem?: BlockFileSystem;
  /** Of each file. Default 4 MiB. */
  readonly maxBytes?: Bytes | number;
  /** Mappings and lists inside each other. Default 64. */
  readonly maxDepth?: number;
  /** Values of the whole block, imports and aliases counted as often as they are used. Default 200,000. */
  readonly maxNodes?: number;
  /** Files that import each other in a chain. Default 20. */
  readonly maxImportDepth?: number;
}

/**
 * Reads a block file and all that it imports. Every problem of every file is returned at once, each with its place.
 * `file` is relative to the process's working directory; places name files as they were given.
 */
export function loadBlock(file: string, options: LoadOptions = {}): Result<LoadedBlock> {
  const text = readBlockFile(file, options.maxBytes ?? MAX_BYTES, options.fileSystem ?? diskFiles);
  return typeof text === "string" ? loadBlockText(text, file, options) : failed(text);
}

/** As `loadBlock`, for a text that is in memory; `file` names it, and what it imports is relative to that. */
export function loadBlockText(text: string, file: string, options: LoadOptions = {}): Result<LoadedBlock> {
  const session = new LoadSession(options);
  keepHeapSmall(text.length);
  const tree = session.load(text, file, [resolve(file)]);
  if (session.problems.length > 0) return failed(...session.problems);
  if (tree === undefined || tree.data === undefined || tree.data === null) {
    return failed(
      problem("empty-file", `"${file}" is empty`, {
        notes: ["a block file is a mapping, or a list of steps"],
      }),
    );
  }
  const { data, places } = tree;
  let top: Mapping;
  if (Array.isArray(data)) {
    top = emptyMapping();
    setKey(top, "run", data);
  } else if (isMapping(data)) top = data;
  else {
    return failed(
      problem("bad-top", `a block file is a mapping or a list of steps, not ${kindOf(data)}`, {
        place: tree.places.at([]),
      }),
    );
  }
  return ok({ file, dir: dirname(resolve(file)), data: top, places, files: session.files });
}

const MAX_BYTES = 4 * 1024 * 1024;

/** One file with its imports: what it holds, and how many values that is. */
interface LoadedTree {
  readonly data: Plain | undefined;
  readonly places: BlockPlaces;
  readonly nodes: number;
}

class LoadSession {
  readonly problems: Problem[] = [];
  readonly files: string[] = [];
  readonly #options: LoadOptions;
  /** By absolute path: a file that several others import is read once. */
  readonly #loaded = new Map<string, LoadedTree | undefined>();

  constructor(options: LoadOptions) {
    this.#options = options;
  }

  load(text: string, file: string, chain: readonly string[]): LoadedTree | undefined {
    this.files.push(file);
    const limits = { maxDepth: this.#options.maxDepth ?? 64, maxNodes: this.#options.maxNodes ?? 200_000 };
    // A byte order mark is no part of the text: kept, it would be the first character of a list or key.
    const source = new SourceText(file, text.charCodeAt(0) === 0xfeff ? text.slice(1) : text);
    const document = parseYaml(source, limits);
    if (!("contents" in document)) {
      this.problems.push(...document);
      return undefined;
    }
    const { data, nodes, places, problems } = toData(document, source, limits);
    this.problems.push(...problems);
    const own = new FilePlaces(source, places);
    const listFile = chain.length === 1 && Array.isArray(data);
    if (data === undefined || !text.includes("__import__")) {
      return { data, places: new BlockPlaces(own, [], listFile), nodes };
    }
    const importer: Importer = {
      import: (name, path) => this.#import(name, file, own, path, chain),
      report: (code, message, path) =>
        void this.problems.push(problem(code, message, { place: own.at(path, "value") })),
    };
    const resolved = resolveImports(data, importer);
    let total = nodes;
    for (const one of resolved.imported) total += one.nodes;
    if (total > limits.maxNodes) {
      const message = `more than ${limits.maxNodes} values with everything that is imported`;
      this.problems.push(problem("too-many-values", message, { place: own.at([], "value") }));
      return undefined;
    }
    return { data: resolved.data, places: new BlockPlaces(own, resolved.imported, listFile), nodes: total };
  }

  #import(
    name: string,
    importing: string,
    own: FilePlaces,
    path: readonly (string | number)[],
    chain: readonly string[],
  ): LoadedTree | undefined {
    const file = resolve(dirname(importing), name);
    const shown = importing === basename(importing) ? name : resolveShown(importing, name);
    const report = (code: string, message: string, notes: readonly string[] = []) => {
      this.problems.push(problem(code, message, { place: own.at(path, "value"), notes }));
      return undefined;
    };
    if (chain.includes(file)) {
      const cycle = [...chain.slice(chain.indexOf(file)), file].map((one) => basename(one)).join(" -> ");
      return report("import-cycle", `import cycle: ${cycle}`);
    }
    if (this.#loaded.has(file)) return this.#loaded.get(file);
    const deepest = this.#options.maxImportDepth ?? 20;
    if (chain.length > deepest) {
      return report("import-depth", `files import each other more than ${deepest} levels deep`, [
        chain.map((one) => basename(one)).join(" -> "),
      ]);
    }
    const text = readBlockFile(
      shown,
      this.#options.maxBytes ?? MAX_BYTES,
      this.#options.fileSystem ?? diskFiles,
    );
    if (typeof text !== "string") {
      return report(text.code, text.message.replace(shown, name), text.notes);
    }
    const tree = this.load(text, shown, [...chain, file]);
    this.#loaded.set(file, tree);
    return tree;
  }
}

/** The imported file as messages name it: beside the importing one, as that was given. */
function resolveShown(importing: string, name: string): string {
  return resolve("/", name) === name ? name : `${dirname(importing)}/${name}`.replaceAll("/./", "/");
}
