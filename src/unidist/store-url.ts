import { homedir } from "node:os";
import { isAbsolute, join, resolve } from "node:path";
import { SharedError } from "./shared-error.ts";

/** Where spaces are kept. */
export type StoreUrl =
  | { readonly kind: "memory"; readonly url: string }
  | {
      readonly kind: "sqlite";
      readonly url: string;
      readonly path: string;
      /** "full": every commit is on the disk before it counts. Else power loss may cost the last ones. */
      readonly durability: "normal" | "full";
    }
  | { readonly kind: "postgres"; readonly url: string };

interface Where {
  /** Default: the process's. */
  readonly cwd?: string | undefined;
  readonly env?: Readonly<Record<string, string | undefined>> | undefined;
}

/**
 * `memory:`, `memory:NAME`, `sqlite:PATH` (relative to `cwd`), `sqlite:` (the user's own file), both
 * also with `?durability=full`, `postgres://…`. Two texts that mean one store give one `url`. Throws `unknown-store`.
 */
export function parseStoreUrl(text: string, where: Where = {}): StoreUrl {
  if (text.startsWith("memory:")) return { kind: "memory", url: text };
  if (text.startsWith("sqlite:") || text === "") return parseSqlite(text.slice("sqlite:".length), where);
  if (/^postgres(ql)?:\/\//.test(text)) return { kind: "postgres", url: text };
  throw new SharedError(
    "unknown-store",
    `unknown store "${withoutPassword(text)}": a store is "sqlite:PATH", "postgres://USER@HOST/DATABASE" or "memory:"`,
  );
}

function parseSqlite(text: string, { cwd = process.cwd(), env = process.env }: Where): StoreUrl {
  const [, given = "", durability = "normal"] = /^(.*?)(?:\?durability=(full|normal))?$/s.exec(text) ?? [];
  const path = given === "" ? join(stateFolder(env), "shared.sqlite") : resolve(cwd, given);
  const isFull = durability === "full";
  return {
    kind: "sqlite",
    url: `sqlite:${path}${isFull ? "?durability=full" : ""}`,
    path,
    durability: isFull ? "full" : "normal",
  };
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
