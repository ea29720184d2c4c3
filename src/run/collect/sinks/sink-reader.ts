import { type Mapping, parseDuration } from "../../../base/index.ts";
import type { CheckContext, TreePath } from "../../../block/index.ts";
import { Reader, shown } from "../reader.ts";
import type { BufferOptions } from "./buffered-sink.ts";
import type { SecretSource } from "./secret.ts";

/** Keys that every sink has: how its series are called. */
export const namingKeys = ["name", "tags"] as const;
/** Keys of every sink that sends. */
export const bufferKeys = ["buffer", "batch", "delay", "timeout"] as const;

/** Reads the options of one sink. */
export class SinkReader extends Reader {
  /** Folder that relative paths start from. */
  readonly dir: string;
  readonly kind: string;

  constructor(kind: string, value: Mapping, path: TreePath, check: CheckContext, keys: readonly string[]) {
    super(value, path, check, `"${kind}"`, keys);
    this.kind = kind;
    this.dir = check.dir;
  }

  /** Equal for sinks that may share a connection: everything but the names. */
  get identity(): string {
    const naming: readonly string[] = this.kind === "rrdcached" ? ["path"] : namingKeys;
    const own = Object.entries(this.value).filter(([key]) => !naming.includes(key));
    const text = (_: string, value: unknown) => (typeof value === "bigint" ? String(value) : value);
    return JSON.stringify([this.kind, this.dir, own.toSorted(([a], [b]) => (a < b ? -1 : 1))], text);
  }

  whole(key: string, least: number, most: number): number | undefined {
    const value = this.get(key);
    if (value === undefined) return undefined;
    if (typeof value === "number" && Number.isInteger(value) && value >= least && value <= most) return value;
    return this.wrong(key, `"${key}" must be a whole number from ${least} to ${most}, not ${shown(value)}`);
  }

  /** Milliseconds. */
  time(key: string, least: number): number | undefined {
    const value = this.get(key);
    if (value === undefined) return undefined;
    const seconds = parseDuration(value);
    if (seconds !== undefined && seconds >= least && seconds <= 86_400) return seconds * 1000;
    return this.wrong(key, `"${key}" must be a time such as 5 or 1m, not ${shown(value)}`);
  }

  /** `NAME_env` or `NAME_file`. */
  secret(name: string): SecretSource | undefined {
    const env = this.text(`${name}_env`, "the name of an environment variable");
    const file = this.text(`${name}_file`, "the name of a file with mode 600");
    if (env !== undefined && file !== undefined) {
      return this.wrong(`${name}_file`, `"${name}_env" and "${name}_file" exclude each other`);
    }
    return env === undefined && file === undefined ? undefined : { env, file };
  }

  buffering(): BufferOptions {
    const buffer = this.whole("buffer", 1, 1_000_000) ?? 10_000;
    return {
      buffer,
      batch: Math.min(this.whole("batch", 1, 10_000) ?? 500, buffer),
      delay: this.time("delay", 0) ?? 1000,
      timeout: this.time("timeout", 0.1) ?? 10_000,
    };
  }

  /** `host:port`, `[::1]:port` or the path of a Unix socket; undefined after a report. */
  address(key: string, port: number): Address | undefined {
    const value = this.text(key, `an address such as 127.0.0.1:${port}`);
    if (value === undefined) return this.failed ? undefined : this.missing(key, `such as 127.0.0.1:${port}`);
    const parsed = parseAddress(value, port);
    if (parsed !== undefined) return parsed;
    return this.wrong(key, `"${key}" must be an address such as 127.0.0.1:${port}, not ${shown(value)}`);
  }

  url(key: string, protocols: readonly string[]): URL | undefined {
    const value = this.text(key, "a URL");
    if (value === undefined) return undefined;
    const url = URL.canParse(value) ? new URL(value) : undefined;
    if (url === undefined || !protocols.includes(url.protocol.slice(0, -1))) {
      const known = protocols.map((one) => `${one}://`).join(", ");
      return this.wrong(key, `"${key}" must be a URL that starts with ${known}`);
    }
    if (url.username !== "" || url.password !== "") {
      return this.wrong(key, `"${key}" must not hold a user or password`, "use user and password_env");
    }
    return url;
  }
}

export type Address = { readonly host: string; readonly port: number } | { readonly path: string };

export function parseAddress(text: string, defaultPort: number): Address | undefined {
  if (text.startsWith("/")) return { path: text };
  const match = /^(?:\[([0-9a-fA-F:.]+)\]|([A-Za-z0-9._-]+))(?::(\d{1,5}))?$/.exec(text);
  const host = match?.[1] ?? match?.[2];
  const port = Number(match?.[3] ?? defaultPort);
  return host === undefined || port > 65_535 ? undefined : { host, port };
}

export function addressText(address: Address): string {
  if ("path" in address) return address.path;
  return address.host.includes(":") ? `[${address.host}]:${address.port}` : `${address.host}:${address.port}`;
}
