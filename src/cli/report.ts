import { type Problem, problem, renderProblem } from "../base/index.ts";
import { type ExitCode, type Io, wantsColour } from "./io.ts";

/** Problems on standard error, for a person. */
export function report(io: Io, problems: readonly Problem[]): void {
  const colour = wantsColour(io, io.stderr);
  for (const one of problems) io.stderr.write(`${renderProblem(one, { colour })}\n`);
}

/** The command line is wrong: said with where to read on. */
export function wrongUsage(io: Io, problems: readonly Problem[], command?: string): ExitCode {
  report(io, problems);
  io.stderr.write(`Try: procblock ${command === undefined ? "" : `${command} `}--help\n`);
  return 2;
}

export function usageProblem(message: string, notes: readonly string[] = []): Problem {
  return problem("usage", message, { notes });
}

/** Named by the language, but not built yet: said clearly, so that nobody looks for a typing mistake. */
export function notYet(what: string): Problem {
  return usageProblem(`"${what}" is not there yet: it comes in a later version of procblock`);
}
