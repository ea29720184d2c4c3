import { didYouMean } from "../../base/index.ts";
import { usageProblem, wrongUsage } from "../report.ts";
import { type Command, commands } from "./table.ts";

/** `procblock`, `procblock help`, `procblock help COMMAND`. */
export const help: Command = async (io, [topic]) => {
  if (topic !== undefined && topic !== "help") {
    const entry = Object.hasOwn(commands, topic) ? commands[topic] : undefined;
    if (entry !== undefined) return (await entry.load())(io, ["--help"]);
    return wrongUsage(io, [
      usageProblem(`no command is named "${topic}"${didYouMean(topic, Object.keys(commands))}`),
    ]);
  }
  io.stdout.write(overview());
  return 0;
};

function overview(): string {
  const names = Object.entries(commands).map(([name, { usage }]) => `${name} ${usage}`.trimEnd());
  const width = Math.max(...names.map((name) => name.length));
  const lines = Object.values(commands).map(
    ({ info }, at) => `  ${(names[at] ?? "").padEnd(width)}  ${info}`,
  );
  return `procblock runs block files: YAML that says what is collected, how often, and where it goes.

  procblock FILE [arguments]      run a block file
  procblock FILE --help           what the block says about itself

${lines.join("\n")}

  procblock help COMMAND          its options
`;
}
