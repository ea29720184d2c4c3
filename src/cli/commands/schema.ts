import { blockSchemaText, describeSchema } from "../../block/index.ts";
import { type Options, optionLines, readOptions } from "../options.ts";
import { usageProblem, wrongUsage } from "../report.ts";
import type { Command } from "./table.ts";

const options: Options = {
  reference: { letter: "r", info: "the reference of the block language as Markdown, instead of the schema" },
  help: { letter: "h", info: "show this" },
};

/** `procblock schema`: what editors check block files with. */
export const schema: Command = async (io, argv) => {
  const given = readOptions(argv, options);
  if (!given.ok) return wrongUsage(io, given.problems, "schema");
  const { values, words } = given.value;
  if (words[0] !== undefined) return wrongUsage(io, [usageProblem(`unexpected "${words[0]}"`)], "schema");
  if (values.has("help")) {
    io.stdout.write(`procblock schema [--reference]

Prints the JSON Schema of block files. An editor with a YAML language server uses it when a file begins with
  # yaml-language-server: $schema=PATH

${optionLines(options).join("\n")}
`);
    return 0;
  }
  io.stdout.write(values.has("reference") ? describeSchema() : blockSchemaText());
  return 0;
};
