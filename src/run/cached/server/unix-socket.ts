import { lstatSync, unlinkSync } from "node:fs";
import { connect, type Server } from "node:net";
import { failed, ok, problem, type Result } from "../../../base/index.ts";

/**
 * Listens on `path` with exactly `mode` from the first instant (a chmod afterwards would leave a gap). A socket that
 * nobody listens on any more is replaced; anything else at the path is left alone. Problems: `socket-taken`,
 * `socket-storage`.
 */
export async function listenOn(server: Server, path: string, mode: number): Promise<Result<void>> {
  const status = lstatSync(path, { throwIfNoEntry: false });
  if (status !== undefined) {
    if (!status.isSocket()) return failed(problem("socket-taken", `"${path}" exists and is no socket`));
    if (await isLive(path)) return failed(problem("socket-taken", `another process listens on "${path}"`));
    try {
      unlinkSync(path);
    } catch (error) {
      return failed(problem("socket-storage", `cannot replace "${path}": ${(error as Error).message}`));
    }
  }
  const before = process.umask(0o777 & ~mode);
  try {
    return await new Promise((resolve) => {
      const refused = (error: Error) =>
        resolve(failed(problem("socket-storage", `cannot listen on "${path}": ${error.message}`)));
      server.once("error", refused);
      // The socket is made before this returns, so the mask is needed no longer than that.
      server.listen(path, () => {
        server.off("error", refused);
        resolve(ok(undefined));
      });
      process.umask(before);
    });
  } finally {
    process.umask(before);
  }
}

function isLive(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = connect(path);
    probe.once("connect", () => {
      probe.destroy();
      resolve(true);
    });
    probe.once("error", (error: NodeJS.ErrnoException) =>
      resolve(error.code !== "ECONNREFUSED" && error.code !== "ENOENT"),
    );
  });
}
