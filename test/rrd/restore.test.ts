import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { unwrap } from "../../src/base/index.ts";
import { createRrd, dumpRrd, openRrd, restoreRrd } from "../../src/rrd/index.ts";

const START = 1_000_000_000;
let dir: string;
let xml: string;
let made: string;
let dumped: string;

beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), "rrd-restore-"));
  const path = join(dir, "source.rrd");
  unwrap(
    createRrd(
      path,
      {
        step: 10,
        start: START,
        dataSources: [
          { name: "a", type: "GAUGE", heartbeat: 60, min: 0, max: 9 },
          { name: "k", type: "COMPUTE", expression: "a,2,*" },
        ],
        archives: [
          { cf: "AVERAGE", xff: 0.5, pdpPerRow: 1, rows: 5 },
          { cf: "MAX", xff: 0.5, pdpPerRow: 2, rows: 3 },
        ],
      },
      { startRows: [2, 1], durable: false },
    ),
  );
  const rrd = unwrap(openRrd(path, { mode: "write" }));
  unwrap(rrd.updateArguments(["1000000010:1", "1000000020:2.5", "1000000034:4"]));
  rrd.close();
  dumped = "";
  unwrap(
    dumpRrd(path, {}, (text) => {
      dumped += text;
    }),
  );
});
afterAll(() => rmSync(dir, { recursive: true }));
beforeEach(() => {
  xml = join(dir, "dump.xml");
  made = join(dir, "made.rrd");
  rmSync(made, { force: true });
});

/** The file's own problem, or "". */
function restore(text: string, options: Parameters<typeof restoreRrd>[2] = {}): string {
  writeFileSync(xml, text, "latin1");
  const result = restoreRrd(xml, made, { durable: false, ...options });
  return result.ok ? "" : (result.problems[0]?.message ?? "");
}

describe("restoring a dump", () => {
  test("gives the file that was dumped, when its rows begin where they did", () => {
    expect(restore(dumped, { startRows: [0, 2] })).toBe("");
    const rrd = unwrap(openRrd(made, { mode: "read" }));
    expect(rrd.lastUpdate).toBe(1_000_000_034);
    rrd.close();
    // The source stands at the same rows: three updates later than it began.
    expect(readFileSync(made).equals(readFileSync(join(dir, "source.rrd")))).toBe(true);
  });

  test("turns what lies outside the limits into unknown if asked", () => {
    expect(restore(dumped.replace("<max>9.0000000000e+00", "<max>2"), { rangeCheck: true })).toBe("");
    const rrd = unwrap(openRrd(made, { mode: "read" }));
    const rows = unwrap(rrd.fetch({ cf: "AVERAGE", start: START, end: START + 29 }));
    rrd.close();
    expect(rows.columns[0]).toEqual(new Float64Array([1, Number.NaN, Number.NaN]));
    expect(rows.columns[1]).toEqual(new Float64Array([2, 5, 8]));
  });

  test("refuses to replace a file unless told to", () => {
    expect(restore(dumped)).toBe("");
    expect(restore(dumped)).toBe(`creating '${made}': File exists`);
    expect(restore(dumped, { overwrite: true })).toBe("");
  });

  test.each([
    ["", "line 1: the document is empty"],
    ["<rrd", "line 1: a tag does not end"],
    ["hello", "line 1: there is text outside the document's element"],
    ["<rr></rr>", "line 1: expected <rrd> but found <rr>"],
    ["<rrd><step>5</step>", "line 1: the document ends inside <rrd>"],
    ["<rrd><step>5</rrd>", "line 1: </rrd> does not close what is open"],
    ["<rrd></rrd><rrd></rrd>", "line 1: there is more than one document"],
    ["<rrd><nonsense/></rrd>", "line 1: parse_tag_rrd: Unknown tag: nonsense"],
    ["<rrd>\n<step><b>5</b></step></rrd>", "line 2: expected a value in <step> but found <b>"],
    ["<rrd><![CDATA[x]]></rrd>", "line 1: only elements, text and comments are understood"],
    ["<rrd>words</rrd>", '<rrd> has text in it: "words"'],
  ])("of %j fails", (text, message) => {
    expect(restore(text)).toContain(message);
    expect(readdirSync(dir).sort()).toEqual(["dump.xml", "source.rrd"]);
  });

  test("knows XML's own five entities and no others", () => {
    expect(restore(dumped.replace("<last_ds>4<", "<last_ds>U&lt;&gt;&amp;&quot;&apos;&#65;&#xe9;<"))).toBe(
      "",
    );
    const rrd = unwrap(openRrd(made, { mode: "read" }));
    expect(rrd.info().dataSources[0]?.lastReading).toBe("U<>&\"'A\u00c3\u00a9");
    rrd.close();
    expect(restore(dumped.replace("<last_ds>4<", "<last_ds>&lol;<"), { overwrite: true })).toContain(
      '"&lol;" is no known entity',
    );
  });

  test("refuses declarations in a document type, and never reads the one it names", () => {
    const type = '<!DOCTYPE rrd SYSTEM "https://oss.oetiker.ch/rrdtool/rrdtool.dtd">';
    expect(dumped).toContain(type);
    const bomb = '<!DOCTYPE rrd [<!ENTITY lol "lol"><!ENTITY lol2 "&lol;&lol;">]>';
    expect(restore(dumped.replace(type, bomb))).toBe(
      "line 2: a document type with declarations of its own is refused",
    );
    const outside = '<!DOCTYPE rrd [<!ENTITY x SYSTEM "file:///etc/passwd">]>';
    expect(restore(dumped.replace(type, outside))).toContain("is refused");
  });

  test("bounds what it holds at once", () => {
    expect(restore(`<rrd><!-- ${"x".repeat(70_000)} --></rrd>`)).toContain("longer than 65536 characters");
    expect(restore(`<rrd>${"<rrd>".repeat(100)}`)).toContain("Unknown tag: rrd");
    expect(restore(`<rrd><step>${"5".repeat(5000)}</step></rrd>`)).toContain(
      "the value of <step> is too long",
    );
  });

  test.each([
    [/<version>0003/, "<version>0009", "can't handle RRD file version 0009"],
    [/ GAUGE /, " FOO ", "parse_tag_ds_type: Unknown data source type: FOO"],
    [/<cf>AVERAGE/, "<cf>FOO", "parse_tag_rra_cf: Unknown consolidation function: FOO"],
    [/<name> k /, "<name> a ", "<name>: Duplicate DS name: a"],
    [/<name> a /, "<name> ", '<name>: "" must be 1 to 19 of A-Z a-z 0-9 _ -'],
    [/<step>10/, "<step>0", "says that its step is 0 seconds"],
    [/<step>10/, "<step>x", "says that its step is 0 seconds"],
    [/<pdp_per_row>1/, "<pdp_per_row>0", "has an archive with rows of 0 steps (archive 0)"],
    [/<min>0.0000000000e\+00/, "<min>U", '<min>: "U" is no number'],
    [/<minimal_heartbeat>60/, "<minimal_heartbeat>-60", "<minimal_heartbeat>: -60 is negative"],
    [/<last_ds>4/, `<last_ds>${"4".repeat(31)}`, `'${"4".repeat(31)}' is longer than 30`],
    [/<v>NaN<\/v><v>NaN/, "<v>NaN", "a <row> has 1 values instead of 2"],
    [/<row>/, "<row><v>1</v>", "a <row> has more values than there are data sources (2)"],
    [/<v>1.0000000000e\+00/, "<v>one", '"one" is no number'],
    [/<row>.*<\/row>/g, "", "has an archive without rows"],
    [/a,2,\*/, "a,b,*", "<cdef>: "],
  ])("of a dump with %s as %j fails", (pattern, replacement, message) => {
    expect(restore(dumped.replace(pattern, replacement))).toContain(message);
    expect(readdirSync(dir).sort()).toEqual(["dump.xml", "source.rrd"]);
  });

  test("whatever is wrong with a dump, it is a file that can be read or a problem", () => {
    const at = fc.integer({ min: 0, max: dumped.length - 1 });
    const piece = fc.oneof(
      fc.string({ maxLength: 4 }),
      fc.constantFrom("<", ">", "/", "&", '"', "]]>", "<!--", "99999999999999999"),
    );
    fc.assert(
      fc.property(at, fc.nat(30), piece, (from, length, text) => {
        const problem = restore(dumped.slice(0, from) + text + dumped.slice(from + length), {
          overwrite: true,
        });
        if (problem !== "") return;
        const rrd = unwrap(openRrd(made, { mode: "read" }));
        rrd.info();
        rrd.close();
      }),
      { seed: 20_100_801, numRuns: 200 },
    );
  });
});
