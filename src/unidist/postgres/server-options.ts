import { parseDuration } from "../../base/index.ts";
import { SharedError } from "../shared-error.ts";
import { withoutPassword } from "../store-url.ts";

export interface ServerOptions {
  /** What is left for the driver. */
  readonly connectionString: string;
  /** Milliseconds that an operation waits for a server that is away. */
  readonly patience: number;
}

/**
 * Takes our own parameters out of a store's URL: `onDisconnect=fail` (default) gives up after `timeout` (default 10s),
 * `onDisconnect=wait` never. Throws `unknown-store`.
 */
export function serverOptions(url: string): ServerOptions {
  let parsed: URL;
  try {
    parsed = new URL(url);
  } catch {
    throw new SharedError(
      "unknown-store",
      `"${withoutPassword(url)}" is no URL: write postgres://USER:PASSWORD@HOST:PORT/DATABASE`,
    );
  }
  const refuse = (message: string) => new SharedError("unknown-store", `${withoutPassword(url)}: ${message}`);
  const onDisconnect = parsed.searchParams.get("onDisconnect") ?? "fail";
  if (onDisconnect !== "fail" && onDisconnect !== "wait")
    throw refuse(`onDisconnect is "fail" or "wait", not "${onDisconnect}"`);
  const given = parsed.searchParams.get("timeout") ?? "10s";
  const timeout = parseDuration(given);
  if (timeout === undefined || timeout < 0) throw refuse(`timeout is a time such as 10s, not "${given}"`);
  parsed.searchParams.delete("onDisconnect");
  parsed.searchParams.delete("timeout");
  return {
    connectionString: parsed.href,
    patience: onDisconnect === "wait" ? Number.POSITIVE_INFINITY : timeout * 1000,
  };
}
