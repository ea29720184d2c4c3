import { emptyMapping, isMapping, kindOf, type Mapping, type Plain, setKey } from "../../base/index.ts";
import type { TreePath } from "../types.ts";
import type { BlockPlaces, ImportedPlaces } from "./places.ts";

const PREFIX = "__import__";

export interface Importer {
  /** Loads the named file; undefined after a reported problem. `path` leads to the name. */
  import(
    name: string,
    path: TreePath,
  ): { data: Plain | undefined; places: BlockPlaces; nodes: number } | undefined;
  report(code: string, message: string, path: TreePath): void;
}

export type Imported = ImportedPlaces & { readonly nodes: number };

/** Replaces every `__import__NAME: file` anywhere in the data by the file's data under NAME. */
export function resolveImports(
  data: Plain,
  importer: Importer,
): { data: Plain; imported: readonly Imported[] } {
  const imported: Imported[] = [];

  const walk = (value: Plain, path: TreePath): Plain => {
    if (Array.isArray(value)) return value.map((item, index) => walk(item, [...path, index]));
    if (!isMapping(value)) return value;
    const result = emptyMapping();
    for (const key of Object.keys(value)) {
      if (key.startsWith(PREFIX)) put(result, key, value[key] ?? null, path);
      else {
        const own = walk(value[key] ?? null, [...path, key]);
        // The import came before: what is written in this file wins.
        setKey(result, key, Object.hasOwn(result, key) ? merged(result[key] ?? null, own) : own);
      }
    }
    return result;
  };

  const put = (into: Mapping, key: string, name: Plain, path: TreePath) => {
    const target = key.slice(PREFIX.length);
    const at = [...path, key];
    if (target === "") {
      return importer.report("bad-import", "expected a name after __import__: __import__NAME: file.yaml", at);
    }
    if (typeof name !== "string" || name === "") {
      return importer.report("bad-import", `expected the name of a file to import, not ${kindOf(name)}`, at);
    }
    const tree = importer.import(name, at);
    if (tree === undefined) return;
    imported.push({ at: [...path, target], key: at, places: tree.places, nodes: tree.nodes });
    const data = tree.data ?? null;
    setKey(into, target, Object.hasOwn(into, target) ? merged(data, into[target] ?? null) : data);
  };

  return { data: walk(data, []), imported };
}

/** Mappings key by key, at every depth; of anything else the file's own. */
function merged(imported: Plain, own: Plain): Plain {
  if (!isMapping(imported) || !isMapping(own)) return own;
  const result = emptyMapping();
  for (const key of Object.keys(imported)) setKey(result, key, imported[key] ?? null);
  for (const key of Object.keys(own)) {
    const value = own[key] ?? null;
    setKey(result, key, Object.hasOwn(result, key) ? merged(result[key] ?? null, value) : value);
  }
  return result;
}
