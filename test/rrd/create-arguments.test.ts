import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { unwrap } from "../../src/base/index.ts";
import { parseCreateArguments } from "../../src/rrd/index.ts";

interface ErrorVector {
  readonly args: readonly string[];
  readonly error: string | null;
}

const vectors = JSON.parse(
  readFileSync(new URL("../fixtures/rrd-error-vectors.json", import.meta.url), "utf8"),
) as ErrorVector[];

const read = (words: readonly string[]) => {
  const parsed = parseCreateArguments(words, 1_700_000_000);
  return parsed.ok ? null : parsed.problems[0]?.message;
};

describe("create arguments are refused in rrdtool's words", () => {
  for (const vector of vectors) {
    const title = vector.args.join(" ");
    test(title === "" ? "no arguments" : title, () => expect(read(vector.args)).toBe(vector.error));
  }
});

const source = "DS:x:GAUGE:60:U:U";
const archive = "RRA:AVERAGE:0.5:1:5";

describe("create arguments", () => {
  test.each([
    [[source, archive, "--step", "0"], "step size: value must be positive"],
    [["--ste", "10", source, archive], "invalid option -- 'ste'"],
    [[source, archive, "-s"], "option requires an argument -- 's'"],
    [["--no-overwrite=1", source, archive], "option takes no arguments -- 'no-overwrite'"],
    [["-b", "bogus", source, archive], "start time: unparsable time: bogus"],
    [["-b", "epoch+1600000000", source, archive], "the first entry to the RRD should be after 1980"],
    [["DS:x:GAUGE:60:abc:U", archive], "parsing min val - Cannot convert 'abc' to float"],
    [["DS:x:GAUGE:60:U:1x", archive], "parsing max val - Converted '1x' to 1.000000, but cannot convert 'x'"],
    [["DS:x:GAUGE:60::U", archive], "failed to parse data source 60::U: failed to extract min:max"],
    [[source, "RRA:AVERAGE:x:1:5"], "Invalid xff: must be between 0 and 1"],
    [[source, "RRA:AVERAGE:0.5:-1:5"], "Invalid step -1: value must be (suffixed) positive number"],
    [[source, "RRA::"], "Expected at least 4 arguments for RRA but got 0"],
    [[source, archive, "--", "-s"], "can't parse argument '-s'"],
  ])("%j: %s", (words, message) => expect(read(words)).toBe(message));

  test("give durations their units", () => {
    const words = ["-s", "5m", "-b", "1600000000", "DS:x:GAUGE:1h:0:1e3", "RRA:MAX:0.5:10min:1d", "-O"];
    expect(unwrap(parseCreateArguments(words, 0))).toEqual({
      definition: {
        step: 300,
        start: 1_600_000_000,
        dataSources: [{ name: "x", type: "GAUGE", heartbeat: 3600, min: 0, max: 1000 }],
        archives: [{ cf: "MAX", xff: 0.5, pdpPerRow: 2, rows: 144 }],
        formatVersion: 3,
      },
      noOverwrite: true,
      template: undefined,
      sources: [],
      origins: [{ name: "x", source: undefined }],
      startIsOpen: false,
    });
  });

  test("that name other files are refused where there is no way to them", () => {
    expect(read(["-r", "old.rrd", source, archive])).toBe("create --source is not supported here");
    expect(read(["-t", "old.rrd", source, archive])).toBe("create --template is not supported here");
  });
});
