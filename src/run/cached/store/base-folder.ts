import { realpathSync } from "node:fs";
import { dirname, resolve } from "node:path";

/** The folder that clients may name files in; nothing outside of it is reached, by `..` or by symbolic links. */
export class BaseFolder {
  readonly path: string;
  readonly #given: string;

  /** Throws what `realpath` throws. */
  constructor(path: string) {
    this.#given = resolve(path);
    this.path = realpathSync(path);
  }

  /** The text rrdcached shows for a name: absolute, otherwise as given. */
  shown(name: string): string {
    return name.startsWith("/") ? name : `${this.path}/${name}`;
  }

  /** The absolute path, or undefined for what is outside. Looks at the text only; `contains` follows links. */
  locate(name: string): string | undefined {
    if (name === "" || name.includes("\0") || name.split("/").includes("..")) return undefined;
    const path = resolve(this.path, name);
    if (path.startsWith(`${this.path}/`)) return path;
    if (path.startsWith(`${this.#given}/`)) return this.path + path.slice(this.#given.length);
    return undefined;
  }

  /** Whether the file, or the folder it would be made in, really is inside. */
  contains(path: string): boolean {
    for (let at = path; at.length >= this.path.length; at = dirname(at)) {
      try {
        const real = realpathSync(at);
        return real === this.path || real.startsWith(`${this.path}/`);
      } catch {
        // Does not exist (yet): its folder decides.
      }
    }
    return false;
  }
}
