import { Events, failed, type Mapping, ok, parseDuration, type Result } from "../../base/index.ts";
import { parseCommandLine, type Usage, usageText } from "../../block/index.ts";
import { type PreparedBlock, prepareBlock, type Scripts, startBlock } from "../../engine/index.ts";
import { type ExitCode, type Io, wantsColour } from "../io.ts";
import { Log } from "../log.ts";
import { missingFile } from "../missing-file.ts";
import { type Given, optionLines, readOptions } from "../options.ts";
import { renderOutput } from "../output.ts";
import { notYet, report, usageProblem, wrongUsage } from "../report.ts";
import { logOptions, outputFormat, partArguments, runOptions } from "../run-options.ts";
import { stopOnSignals } from "../signals.ts";
import { Trace } from "../trace.ts";

/** `procblock FILE …`, `procblock run FILE …` */
export async function run(io: Io, argv: readonly string[], early?: Scripts): Promise<ExitCode> {
  if (argv[0] === "--daemon") return wrongUsage(io, [notYet("--daemon")]);
  const before = readOptions(argv, runOptions, { stopAtWord: true });
  if (!before.ok) return wrongUsage(io, before.problems, "run");
  const [file, ...rest] = before.value.rest;
  if (file === undefined && before.value.values.has("help")) return showHelp(io);
  if (file === undefined) return wrongUsage(io, [usageProblem("no block file is named")], "run");

  const events = early?.events ?? new Events();
  const log = new Log(io, events);
  const stop = stopOnSignals(io);
  try {
    const prepared = await prepareBlock(file, { cwd: io.cwd, env: io.env, clock: io.clock, events }, early);
    if (!prepared.ok) {
      const missing = missingFile(io.cwd, file);
      report(io, missing === undefined ? prepared.problems : [missing]);
      return 2;
    }
    const line = readCommandLine(before.value.values, rest, prepared.value.block.usage);
    if (!line.ok || line.value.asksHelp) await prepared.value.services.close();
    if (!line.ok) return wrongUsage(io, line.problems, file);
    if (line.value.asksHelp) {
      io.stdout.write(usageText(prepared.value.block.usage, file));
      return 0;
    }
    log.configure(logOptions(io, line.value.ours));
    if (prepared.value.block.usage.daemon) {
      const text = "daemon: true has no effect yet: this runs in the foreground";
      events.report({ type: "log:written", level: "warn", text, thread: undefined });
    }
    if (line.value.ours.has("trace")) watch(io, events, log.options?.format === "json");
    return await start(io, prepared.value, line.value, log, stop.signal);
  } finally {
    stop.off();
    await log.flush();
  }
}

interface CommandLine {
  readonly ours: Given["values"];
  readonly inputData: Mapping;
  readonly asksHelp: boolean;
  readonly grace: number | undefined;
}

/** What stands before and behind FILE: our options, and what the block's `__usage` makes of the others. */
function readCommandLine(
  before: Given["values"],
  rest: readonly string[],
  usage: Usage,
): Result<CommandLine> {
  const declared = new Set(
    [...usage.options.values()].flatMap(({ name, letter }) =>
      letter === undefined ? [name] : [name, letter],
    ),
  );
  const { ours, blocks } = partArguments(rest, declared);
  const words = blocks.slice(0, blocks.includes("--") ? blocks.indexOf("--") : undefined);
  if (words.includes("--daemon") && !declared.has("daemon")) return failed(notYet("--daemon"));
  const own = readOptions(ours, runOptions);
  if (!own.ok) return own;
  const values = new Map([...before, ...own.value.values]);
  const asksHelp = values.has("help");
  const grace = values.get("grace");
  const seconds =
    grace === undefined ? undefined : parseDuration(/^[\d.]+$/.test(grace) ? Number(grace) : grace);
  if (grace !== undefined && (seconds === undefined || seconds < 0)) {
    return failed(
      usageProblem(`"${grace}" is no value for "--grace"`, ["expected seconds, or a time like 500ms"]),
    );
  }
  if (asksHelp) return ok({ ours: values, inputData: {}, asksHelp, grace: seconds });
  const parsed = parseCommandLine(usage, blocks);
  if (!parsed.ok) return parsed;
  return ok({ ours: values, inputData: parsed.value.inputData, asksHelp, grace: seconds });
}

async function start(
  io: Io,
  prepared: PreparedBlock,
  { ours, inputData, grace }: CommandLine,
  log: Log,
  signal: AbortSignal,
): Promise<ExitCode> {
  const started = await startBlock(prepared, {
    inputData,
    signal,
    once: ours.has("once"),
    grace,
    space: ours.get("space") ?? io.env.PROCBLOCK_SPACE,
    store: ours.get("store") ?? io.env.PROCBLOCK_STORE,
  });
  if (!started.ok) {
    // A monitor that is told to stop before it had its first result did as it was told.
    const stays = prepared.block.usage.longrunning && !ours.has("once");
    if (started.problems.some(({ code }) => code === "space-unknown-store"))
      return wrongUsage(io, started.problems, "run");
    if (signal.aborted && stays && started.problems.every(({ code }) => stoppedCodes.has(code))) return 0;
    report(
      io,
      started.problems.filter((one) => !log.hasTold(one)),
    );
    return 1;
  }
  const { result, ended } = started.value;
  io.stdout.write(renderOutput(result, outputFormat(io, ours), wantsColour(io, io.stdout)));
  const { ending, problems } = await ended;
  report(
    io,
    problems.filter((one) => !log.hasTold(one)),
  );
  return ending === "failed" ? 1 : 0;
}

/** What problems are called that only tell of the stop itself. */
const stoppedCodes: ReadonlySet<string> = new Set(["stopped", "step-aborted"]);

function watch(io: Io, events: Events, json: boolean): void {
  const trace = new Trace(io, { json, colour: wantsColour(io, io.stderr) });
  events.on(trace.hear, trace.types);
}

function showHelp(io: Io): ExitCode {
  io.stdout.write(`procblock [run] [options] FILE [options] [arguments]

Runs a block file and prints its result. A long-running one stays until Ctrl-C.
What stands behind FILE and is none of these options is the block's own command line,
described by \`procblock FILE --help\`; so is everything behind \`--\`.

${optionLines(runOptions).join("\n")}

Exit code: 0 done or stopped, 1 the block failed, 2 the file or the command line is wrong.
`);
  return 0;
}
