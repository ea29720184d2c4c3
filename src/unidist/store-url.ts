import { homedir } from "node:os";
import { isAbsolute, join, resolve } from "node:path";
import { SharedError } from "./shared-error.ts";

/** Where spaces are kept. */
export type StoreUrl =
  | { readonly kind: "memory"; readonly url: string }
  | { readonly kind: "sqlite"; readonly url: string; readonly path: string }
  | { readonly kind: "postgres"; readonly url: string };

/**
 * `memory:`, `memory:NAME`, `sqlite:PATH` (relative to `cwd`), `sqlite:` (the user's own file), `postgres://…`. Two texts
 * that mean one store give one `url`. Throws `unknown-store`.
 */
export function parseStoreUrl(text: string, cwd = process.cwd()): StoreUrl {
  if (text.startsWith("memory:")) return { kind: "memory", url: text };
  if (text === "sqlite:" || text === "") {
    const path = join(stateFolder(), "shared.sqlite");
    return { kind: "sqlite", url: `sqlite:${path}`, path };
  }
  if (text.startsWith("sqlite:")) {
    const path = resolve(cwd, text.slice("sqlite:".length));
    return { kind: "sqlite", url: `sqlite:${path}`, path };
  }
  if (/^postgres(ql)?:\/\//.test(text)) return { kind: "postgres", url: text };
  throw new SharedError(
    "unknown-store",
    `unknown store "${withoutPassword(text)}": a store is "sqlite:PATH", "postgres://USER@HOST/DATABASE" or "memory:"`,
  );
}

/** For messages and for others to read. */
export function withoutPassword(url: string): string {
  return url.replace(/^([a-z]+:\/\/[^:/@?#]*):[^@/]*@/i, "$1:…@").replace(/([?&]password=)[^&]*/gi, "$1…");
}

/** The user's own folder for what programs keep: `$XDG_STATE_HOME/procblock`, by default `~/.local/state/procblock`. */
export function stateFolder(env: Readonly<Record<string, string | undefined>> = process.env): string {
  const given = env.XDG_STATE_HOME;
  const base =
    given !== undefined && isAbsolute(given) ? given : join(env.HOME ?? homedir(), ".local", "state");
  return join(base, "procblock");
}
