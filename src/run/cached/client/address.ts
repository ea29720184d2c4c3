import { failed, ok, problem, type Result } from "../../../base/index.ts";

/** Where an rrdcached listens. */
export type RrdcachedAddress =
  | { readonly kind: "unix"; readonly text: string; readonly path: string }
  | { readonly kind: "tcp"; readonly text: string; readonly host: string; readonly port: number };

/** The port that rrdcached's own manual gives. */
const DEFAULT_PORT = 42_217;

/** `unix:/run/rrdcached.sock`, `/run/rrdcached.sock`, `host`, `host:port`, `[::1]:port`, as `rrdtool --daemon` takes them. */
export function parseRrdcachedAddress(text: string): Result<RrdcachedAddress> {
  const path = text.startsWith("unix:") ? text.slice(5) : text.startsWith("/") ? text : undefined;
  if (path !== undefined) {
    return path === "" || path.includes("\0")
      ? failed(problem("rrdcached-address", `"${text}" names no socket`))
      : ok({ kind: "unix", text, path });
  }
  const match = /^(?:\[([0-9a-fA-F:.]+)\]|([^[\]:\s]+))(?::(\d{1,5}))?$/.exec(text);
  const host = match?.[1] ?? match?.[2];
  const port = match?.[3] === undefined ? DEFAULT_PORT : Number(match[3]);
  if (host === undefined || port < 1 || port > 65_535) {
    return failed(
      problem("rrdcached-address", `"${text}" is no address of an rrdcached`, {
        notes: ["expected unix:/path/to/socket, host, host:port or [address]:port"],
      }),
    );
  }
  return ok({ kind: "tcp", text, host, port });
}
