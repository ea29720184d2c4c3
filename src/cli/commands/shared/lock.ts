import { spawn } from "node:child_process";
import type { Lease } from "../../../unidist/index.ts";
import { type SharedCall, type SharedVerb, WrongCall } from "./verb.ts";

/** As the shell counts: 128 and the signal's number. */
const signalNumbers: Readonly<Record<string, number>> = { SIGHUP: 1, SIGINT: 2, SIGKILL: 9, SIGTERM: 15 };

export const lockVerbs: Readonly<Record<string, SharedVerb>> = {
  locks: {
    usage: "",
    info: "what is held, by whom and since when",
    words: [0, 0],
    async run({ space, table }) {
      table(
        (await space.locks()).map(({ lock, host, pid, thread, block, since, token }) => ({
          lock,
          host,
          pid,
          thread,
          block,
          since: new Date(since * 1000).toISOString(),
          token,
        })),
      );
      return 0;
    },
  },
  lock: {
    usage: "LOCK [--wait TIME] -- COMMAND [ARGUMENTS]",
    info: "runs a command while the lock is held; its exit code, or 1 if the lock was not free",
    words: [1, 1],
    options: ["wait"],
    run: holdLock,
  },
  unlock: {
    usage: "LOCK",
    info: "takes a lock away from whoever holds it (exit code 1: nobody does)",
    words: [1, 1],
    async run({ space, words: [name = ""] }) {
      return (await space.lock(name).breakLock()) ? 0 : 1;
    },
  },
};

async function holdLock(call: SharedCall): Promise<number> {
  const { space, words, rest, seconds, signal } = call;
  if (rest.length === 0) throw new WrongCall("which command? It stands behind --");
  const wait = seconds("wait");
  const lease = await space.lock(words[0] ?? "").acquire({
    signal,
    holder: { thread: rest.join(" ").slice(0, 80) },
    ...(wait === undefined ? {} : { timeout: wait }),
  });
  if (lease === null) {
    call.io.stderr.write(`lock "${words[0]}" was not free\n`);
    return 1;
  }
  try {
    return await runCommand(call, lease);
  } finally {
    if (!lease.lost.aborted) await lease.release().catch(() => {});
  }
}

function runCommand({ io, rest, signal }: SharedCall, lease: Lease): Promise<number> {
  const [command = "", ...args] = rest;
  const child = spawn(command, args, { cwd: io.cwd, env: { ...io.env }, stdio: "inherit" });
  const stop = () => child.kill("SIGTERM");
  const lost = () => {
    io.stderr.write("the lock was lost while the command ran: it is stopped\n");
    stop();
  };
  signal.addEventListener("abort", stop);
  lease.lost.addEventListener("abort", lost);
  return new Promise((resolve) => {
    child.once("error", (error) => {
      io.stderr.write(`"${command}" could not be started: ${error.message}\n`);
      resolve((error as NodeJS.ErrnoException).code === "ENOENT" ? 127 : 126);
    });
    child.once("close", (status, by) => {
      signal.removeEventListener("abort", stop);
      lease.lost.removeEventListener("abort", lost);
      resolve(by === null ? (status ?? 1) : 128 + (signalNumbers[by] ?? 0));
    });
  });
}
