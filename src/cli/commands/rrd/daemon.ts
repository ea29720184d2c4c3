import { resolve } from "node:path";
import { parseDuration } from "../../../base/index.ts";
import { readWords } from "../../../rrd/index.ts";
import { loadRrdCache } from "../../../run/index.ts";
import type { ExitCode } from "../../io.ts";
import { report, usageProblem, wrongUsage } from "../../report.ts";
import { stopOnSignals } from "../../signals.ts";
import type { Command } from "../table.ts";
import { flag, option } from "./world.ts";

export const daemonUsage = `procblock rrd daemon -l unix:PATH -b DIRECTORY [options]

Takes updates in rrdcached's protocol and writes them later, many of a file at once:
rrdtool --daemon, collectd and others can send to it. Ends with SIGTERM or Ctrl-C, after everything is written.

  -l unix:PATH   the socket
  -b DIRECTORY   clients reach the files in this directory only
  -j DIRECTORY   a journal here: what was taken and not yet written survives a killed process
  --sync POLICY  of the journal: always before an answer, interval (default: every second), never
  -w SECONDS     how long updates wait, default 300
  -f SECONDS     taken for rrdcached's sake: every file is looked at every second anyway
  -m MODE        permissions of the socket, octal, default 600
  -R             clients may make directories
  -g -B -F       taken for rrdcached's sake: it is always so
`;

const options = [
  option("l", "listen"),
  option("b", "base"),
  option("j", "journal"),
  option("", "sync"),
  option("w", "write-after"),
  option("f", "flush-after"),
  option("m", "mode"),
  flag("R", "make-folders"),
  flag("g", "foreground"),
  flag("B", "base-only"),
  flag("F", "flush-at-end"),
];

const policies = ["always", "interval", "never"] as const;

/** `procblock rrd daemon`: stays until it is asked to stop. */
export const daemon: Command = async (io, argv) => {
  if (argv.length === 0 || argv.includes("--help") || argv.includes("-h")) {
    io.stdout.write(daemonUsage);
    return argv.length === 0 ? 2 : 0;
  }
  const wrong = (message: string): ExitCode => wrongUsage(io, [usageProblem(message)], "rrd daemon");
  const read = readWords(argv, options);
  if ("fault" in read) return wrong(read.fault);
  const value = (long: (typeof options)[number]["long"]) => read.given.get(long)?.at(-1);
  if (read.rest[0] !== undefined) return wrong(`unexpected "${read.rest[0]}"`);
  const listen = value("listen") ?? "";
  const socket = listen.startsWith("unix:") ? listen.slice(5) : listen;
  const base = value("base");
  if (socket === "" || base === undefined) return wrong("-l unix:PATH and -b DIRECTORY are needed");
  if (!listen.startsWith("unix:") && !listen.includes("/"))
    return wrong(`"${listen}" is no Unix socket: the protocol knows no passwords, so there is no other kind`);
  const sync = policies.find((policy) => policy === (value("sync") ?? "interval"));
  if (sync === undefined) return wrong(`--sync is one of ${policies.join(", ")}`);
  for (const long of ["write-after", "flush-after"] as const) {
    const seconds = value(long);
    if (seconds !== undefined && !((parseDuration(seconds) ?? 0) >= 1))
      return wrong(`"${seconds}" is no time of a second or more`);
  }
  const mode = value("mode") ?? "600";
  if (!/^0?[0-7]{3}$/.test(mode)) return wrong(`"${mode}" are no octal permissions`);
  const journal = value("journal");
  const { startCacheDaemon } = await loadRrdCache();
  const stop = stopOnSignals(io);
  try {
    const started = await startCacheDaemon({
      socket: resolve(io.cwd, socket),
      base: resolve(io.cwd, base),
      ...(journal === undefined ? {} : { journal: resolve(io.cwd, journal) }),
      sync,
      writeAfter: parseDuration(value("write-after") ?? 300),
      mode: Number.parseInt(mode, 8),
      makeFolders: read.given.has("make-folders"),
      clock: io.clock,
      onProblem: (problem) => report(io, [problem]),
    });
    if (!started.ok) {
      report(io, started.problems);
      return 1;
    }
    io.stderr.write(`listening on ${resolve(io.cwd, socket)}\n`);
    await aborted(stop.signal);
    await started.value.close();
    const { dropped } = started.value.figures();
    if (dropped > 0) io.stderr.write(`${dropped} updates were lost\n`);
    return dropped > 0 ? 1 : 0;
  } finally {
    stop.off();
  }
};

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((done) => {
    if (signal.aborted) done();
    else signal.addEventListener("abort", () => done(), { once: true });
  });
}
