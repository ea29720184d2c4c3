import type { Place } from "../../base/index.ts";
import type { PlaceIndex, TreePath } from "../types.ts";
import type { FilePlaces } from "./file-places.ts";

/** An imported file and where its data was put. */
export interface ImportedPlaces {
  readonly at: TreePath;
  /** The key that imports it, in the importing file. */
  readonly key: TreePath;
  readonly places: PlaceIndex & { has(path: TreePath): boolean };
}

/** Places over a file and all that it imports; what stands in the file itself is found there first. */
export class BlockPlaces implements PlaceIndex {
  readonly #own: FilePlaces;
  readonly #imported: readonly ImportedPlaces[];
  /** The file's top-level list stands under `run`. */
  readonly #listFile: boolean;

  constructor(own: FilePlaces, imported: readonly ImportedPlaces[], listFile: boolean) {
    this.#own = own;
    this.#imported = imported;
    this.#listFile = listFile;
  }

  has(path: TreePath): boolean {
    return this.#own.has(this.#inFile(path)) || this.#import(path) !== undefined;
  }

  at(path: TreePath, part: "key" | "value" = "value"): Place | undefined {
    const found = this.#locate(path);
    return found.own ? this.#own.at(found.path, part) : found.places.at(found.path, part);
  }

  inside(path: TreePath, part: "key" | "value", offset: number, length = 1): Place | undefined {
    const found = this.#locate(path);
    return found.own
      ? this.#own.inside(found.path, part, offset, length)
      : found.places.inside(found.path, part, offset, length);
  }

  #inFile(path: TreePath): TreePath {
    return this.#listFile && path[0] === "run" ? path.slice(1) : path;
  }

  #import(path: TreePath): ImportedPlaces | undefined {
    return this.#imported.find(
      (one) =>
        one.at.every((step, index) => step === path[index]) && one.places.has(path.slice(one.at.length)),
    );
  }

  #locate(
    path: TreePath,
  ): { own: true; path: TreePath } | { own: false; path: TreePath; places: PlaceIndex } {
    if (this.#imported.length > 0 && !this.#own.has(this.#inFile(path))) {
      const imported = this.#import(path);
      if (imported !== undefined) {
        const rest = path.slice(imported.at.length);
        if (rest.length > 0) return { own: false, path: rest, places: imported.places };
        return { own: true, path: this.#inFile(imported.key) };
      }
    }
    return { own: true, path: this.#inFile(path) };
  }
}
