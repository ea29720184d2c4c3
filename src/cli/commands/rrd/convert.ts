import { readdirSync, realpathSync } from "node:fs";
import { join, resolve } from "node:path";
import { failed, ok, type Plain, type Problem, problem, type Result } from "../../../base/index.ts";
import { convertRrd, foreignMachine, readWords } from "../../../rrd/index.ts";
import { lockForWriting } from "../../../run/index.ts";
import type { ExitCode, Io } from "../../io.ts";
import { toJson } from "../../output.ts";
import { report, usageProblem, wrongUsage } from "../../report.ts";
import { stopOnSignals } from "../../signals.ts";
import type { Command } from "../table.ts";
import { errorWords } from "./error-words.ts";
import { flag, option } from "./world.ts";

export const convertUsage = `procblock rrd convert IN [OUT]
procblock rrd convert --in-place FILE…
procblock rrd convert --recursive DIRECTORY

Makes an RRD file from a machine of another word size or byte order (32-bit ARM, big-endian PowerPC …) a file of this
machine, which can be updated: the same numbers, bit for bit. Without OUT the file itself is replaced, when the new one is
whole, and stays as FILE.old. A file of this machine is left alone. A file that procblock writes to is refused.

  -i, --in-place       several files
  -R, --recursive DIR  all *.rrd in a directory and in those below it; links are not followed
  -f, --overwrite      replace what is at OUT
  --no-backup          keep no FILE.old
  -n, --dry-run        only tell what the files are
  --json               a line of JSON per file

Programs other than procblock that write to a file have to be stopped first: nothing tells of them.
Exit code: 0 done or nothing to do, 1 a file could not be converted (it is as it was; the others are done), 2 wrong
command line.
`;

const options = [
  flag("i", "in-place"),
  option("R", "recursive"),
  flag("f", "overwrite"),
  flag("", "no-backup"),
  flag("n", "dry-run"),
  flag("", "json"),
];

interface Conversion {
  readonly files: readonly string[];
  readonly to: string | undefined;
  readonly overwrite: boolean;
  readonly backup: boolean;
  readonly dryRun: boolean;
  readonly json: boolean;
}

/** `procblock rrd convert` */
export const convert: Command = async (io, argv) => {
  if (argv.length === 0 || argv.includes("--help") || argv.includes("-h")) {
    io.stdout.write(convertUsage);
    return argv.length === 0 ? 2 : 0;
  }
  const conversion = parse(
    io,
    argv.filter((word) => word !== "--no-color"),
  );
  if (!conversion.ok) {
    const [first] = conversion.problems;
    if (first?.code === "usage") return wrongUsage(io, conversion.problems, "rrd convert");
    report(io, conversion.problems);
    return 1;
  }
  return convertAll(io, conversion.value);
};

function parse(io: Io, argv: readonly string[]): Result<Conversion> {
  const wrong = (message: string) => failed(usageProblem(message));
  const read = readWords(argv, options);
  if ("fault" in read) return wrong(read.fault);
  const { given, rest } = read;
  const folders = given.get("recursive") ?? [];
  const inPlace = given.has("in-place") || folders.length > 0;
  if (rest.length === 0 && folders.length === 0) return wrong("the file to convert is missing");
  if (!inPlace && rest.length > 2)
    return wrong("more than two files: --in-place converts each of them, without it they are IN and OUT");
  const to =
    inPlace || resolve(io.cwd, rest[1] ?? "") === resolve(io.cwd, rest[0] ?? "") ? undefined : rest[1];
  if (given.has("overwrite") && to === undefined) return wrong("--overwrite is for OUT, and there is none");
  const files = inPlace ? [...rest] : rest.slice(0, 1);
  for (const folder of folders) {
    try {
      files.push(...rrdFilesIn(io, folder));
    } catch (error) {
      return failed(
        problem("rrd-storage", `cannot list "${folder}": ${(error as NodeJS.ErrnoException).code ?? error}`),
      );
    }
  }
  return ok({
    files,
    to,
    overwrite: given.has("overwrite"),
    backup: !given.has("no-backup"),
    dryRun: given.has("dry-run"),
    json: given.has("json"),
  });
}

function rrdFilesIn(io: Io, folder: string): string[] {
  return readdirSync(resolve(io.cwd, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(".rrd"))
    .map((entry) => join(folder, entry.parentPath.slice(resolve(io.cwd, folder).length), entry.name))
    .sort();
}

async function convertAll(io: Io, conversion: Conversion): Promise<ExitCode> {
  const { signal, off } = stopOnSignals(io);
  let done = 0;
  let failures = 0;
  for (const file of conversion.files) {
    // Lets a signal come in: a file is converted in one go.
    await new Promise((resolved) => setImmediate(resolved));
    if (signal.aborted) break;
    done++;
    if (!convertOne(io, conversion, file)) failures++;
  }
  off();
  const left = conversion.files.length - done;
  if (left > 0)
    io.stderr.write(
      `stopped: ${left === 1 ? "1 file is" : `${left} files are`} as before, from ${conversion.files[done]} on\n`,
    );
  return failures > 0 || left > 0 ? 1 : 0;
}

/** What was found and done. */
interface Converted {
  readonly machine: string | undefined;
  /** undefined: nothing had to be done, or was to be. */
  readonly to?: string | undefined;
  readonly savedAs?: string | undefined;
}

function convertOne(io: Io, conversion: Conversion, file: string): boolean {
  const path = resolve(io.cwd, file);
  const names = new Map([[path, file]]);
  if (conversion.to !== undefined) names.set(resolve(io.cwd, conversion.to), conversion.to);
  const words = (one: Problem): Problem => ({ ...one, message: errorWords(one, names) });
  const converted = tryToConvert(io, conversion, file, path, names);
  if (!converted.ok) {
    const problems = converted.problems.map(words);
    if (conversion.json)
      io.stdout.write(`${toJson({ file, error: problems.map(({ message }) => message).join("; ") })}\n`);
    report(io, problems);
    return false;
  }
  const { machine, to, savedAs } = converted.value;
  const facts: Record<string, Plain> = { file, machine: machine ?? "native", converted: to !== undefined };
  if (to !== undefined) facts.to = to;
  if (savedAs !== undefined) facts.savedAs = savedAs;
  io.stdout.write(conversion.json ? `${toJson(facts)}\n` : `${file}: ${told(converted.value, conversion)}\n`);
  report(io, converted.warnings.map(words));
  return true;
}

function told({ machine, to, savedAs }: Converted, { to: out, dryRun }: Conversion): string {
  if (machine === undefined) return "written by a machine like this one; nothing to do";
  if (dryRun) return `${machine}; would be converted`;
  const where = out === undefined ? "" : ` to ${to}`;
  return `${machine}; converted${where}${savedAs === undefined ? "" : `, the file as it was is ${savedAs}`}`;
}

function tryToConvert(
  io: Io,
  { to, overwrite, backup, dryRun }: Conversion,
  file: string,
  path: string,
  names: Map<string, string>,
): Result<Converted> {
  const machine = foreignMachine(path);
  if (!machine.ok) return machine;
  if (machine.value === undefined || dryRun) return ok({ machine: machine.value });
  if (to !== undefined) {
    const made = convertRrd(path, resolve(io.cwd, to), { overwrite });
    return made.ok ? ok({ machine: made.value.machine, to }, made.warnings) : made;
  }
  // A symbolic link goes on to name the file.
  const real = realpathSync(path);
  names.set(real, file);
  const lock = lockForWriting(real, { makeFolder: false });
  if (!lock.ok) return lock;
  try {
    const made = convertRrd(real, real, { overwrite: true, backup });
    if (!made.ok) return made;
    return ok(
      { machine: made.value.machine, to: file, savedAs: made.value.savedAs?.replace(real, file) },
      made.warnings,
    );
  } finally {
    lock.value.release();
  }
}
