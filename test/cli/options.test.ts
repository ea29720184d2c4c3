import { describe, expect, test } from "vitest";
import { type Options, optionLines, readOptions } from "../../src/cli/options.ts";
import { partArguments } from "../../src/cli/run-options.ts";

const options: Options = {
  output: { letter: "o", value: "FORMAT", choices: ["json", "yaml"], info: "how to print" },
  quiet: { letter: "q", info: "say nothing" },
  once: { letter: "1", info: "run once" },
};

function read(...argv: string[]) {
  const given = readOptions(argv, options);
  if (!given.ok) return given.problems.map(({ message }) => message);
  return { ...Object.fromEntries(given.value.values), words: given.value.words, rest: given.value.rest };
}

describe("options of a command", () => {
  test("are read in every usual form", () => {
    expect(read("--output", "yaml", "a")).toEqual({ output: "yaml", words: ["a"], rest: [] });
    expect(read("--output=yaml", "a", "-q")).toEqual({ output: "yaml", quiet: "", words: ["a"], rest: [] });
    expect(read("-oyaml")).toEqual({ output: "yaml", words: [], rest: [] });
    expect(read("-q1o", "json")).toEqual({ quiet: "", once: "", output: "json", words: [], rest: [] });
    expect(read("-", "--", "--quiet")).toEqual({ words: ["-"], rest: ["--quiet"] });
  });

  test("that are wrong are told with what was expected", () => {
    expect(read("--outptu", "json")).toEqual(['unknown option "--outptu" — did you mean "--output"?']);
    expect(read("-x")).toEqual(['unknown option "-x"']);
    expect(read("--output")).toEqual(['option "--output" needs a value: FORMAT']);
    expect(read("--quiet=yes")).toEqual(['option "--quiet" takes no value']);
    expect(read("-o", "jsn")).toEqual(['"jsn" is no value for "--output" — did you mean "json"?']);
  });

  test("stop at the first word when what follows is somebody else's", () => {
    const given = readOptions(["-q", "file", "--whatever"], options, { stopAtWord: true });
    expect(given.ok && given.value.rest).toEqual(["file", "--whatever"]);
  });

  test("fill the help", () => {
    expect(optionLines(options)).toEqual([
      "  -o, --output json|yaml  how to print",
      "  -q, --quiet             say nothing",
      "  -1, --once              run once",
    ]);
  });
});

describe("what stands behind a block file", () => {
  test("is parted into our options and the block's words", () => {
    expect(partArguments(["--size", "3", "--once", "word", "-o", "yaml"], new Set())).toEqual({
      ours: ["--once", "-o", "yaml"],
      blocks: ["--size", "3", "word"],
    });
  });

  test("belongs to the block when the block declares it, and always from -- on", () => {
    expect(partArguments(["--output", "disk", "--", "--once"], new Set(["output"]))).toEqual({
      ours: [],
      blocks: ["--output", "disk", "--", "--once"],
    });
  });
});
