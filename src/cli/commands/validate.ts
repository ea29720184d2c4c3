import { relative, resolve } from "node:path";
import type { Plain, Problem } from "../../base/index.ts";
import { prepareBlock } from "../../engine/index.ts";
import { missingFile } from "../missing-file.ts";
import { type Options, optionLines, readOptions } from "../options.ts";
import { toJson } from "../output.ts";
import { report, usageProblem, wrongUsage } from "../report.ts";
import type { Command } from "./table.ts";

const options: Options = {
  json: { info: "one line of JSON per file: {file, ok, problems}" },
  quiet: { letter: "q", info: "no line for files that are fine" },
  "no-color": { info: "no colours (as with NO_COLOR=1)" },
  help: { letter: "h", info: "show this" },
};

/** `procblock validate FILE…`: every problem of every file; nothing runs. */
export const validate: Command = async (io, argv) => {
  const given = readOptions(argv, options);
  if (!given.ok) return wrongUsage(io, given.problems, "validate");
  const { values } = given.value;
  if (values.has("help")) {
    io.stdout.write(`procblock validate FILE…

Checks block files, all they import and call, and tells every problem. Nothing runs.

${optionLines(options).join("\n")}

Exit code: 0 all are fine (warnings are), 2 at least one is not.
`);
    return 0;
  }
  const files = [...given.value.words, ...given.value.rest];
  if (files.length === 0) return wrongUsage(io, [usageProblem("no block file is named")], "validate");
  let wrong = 0;
  for (const file of files) {
    const prepared = await prepareBlock(file, { cwd: io.cwd, env: io.env, clock: io.clock });
    if (prepared.ok) await prepared.value.services.close();
    else wrong++;
    const missing = missingFile(io.cwd, file);
    const found: readonly Problem[] = prepared.ok ? prepared.warnings : prepared.problems;
    const problems = missing === undefined ? found : [missing];
    const name = relative(io.cwd, resolve(io.cwd, file));
    if (values.has("json")) {
      io.stdout.write(`${toJson({ file: name, ok: prepared.ok, problems: problems as unknown as Plain })}\n`);
      continue;
    }
    report(io, problems);
    if (prepared.ok && !values.has("quiet")) io.stdout.write(`${name}: ok\n`);
  }
  return wrong === 0 ? 0 : 2;
};
