import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { procblock } from "./in-process.ts";

let dir: string;
beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), "procblock-own-"));
  mkdirSync(join(dir, "empty"));
  mkdirSync(join(dir, "loop"));
  symlinkSync("../loop", join(dir, "loop/again"));
  writeFileSync(join(dir, "loop/a.rrd"), "");
  writeFileSync(join(dir, "short.rrd"), "RRD");
  await run("create a.rrd -b 1000000000 -s 10 DS:a:GAUGE:60:U:U RRA:AVERAGE:0.5:1:5");
  await run("create deep.rrd -b 1000000000 -s 10 DS:a:GAUGE:60:U:U RRA:AVERAGE:0.5:1:5");
});
afterAll(() => rmSync(dir, { recursive: true }));

function run(line: string, env?: Record<string, string>) {
  return procblock(["rrd", ...line.split(" ")], { cwd: dir, ...(env === undefined ? {} : { env }) });
}

describe("procblock rrd, where it differs from rrdtool on purpose", () => {
  test("a directory that cannot be listed is a failure, an empty one is not", async () => {
    expect(await run("list nowhere")).toEqual({
      code: 1,
      stdout: "",
      stderr: "ERROR: No such file or directory\n",
    });
    expect(await run("list empty")).toEqual({ code: 0, stdout: "", stderr: "" });
    expect((await run("list loop/*.xml")).stderr).toBe("ERROR: No such file or directory\n");
    expect((await run("list loop/[a-")).stderr).toBe("ERROR: No such file or directory\n");
  });

  test("a directory that contains itself is listed to an end", async () => {
    expect(await run("list -r loop")).toEqual({ code: 0, stdout: "a.rrd\n", stderr: "" });
  });

  test("a dump that cannot be written is a failure, and one that cannot be read leaves no file", async () => {
    expect(await run("dump a.rrd nowhere/a.xml")).toEqual({
      code: 1,
      stdout: "",
      stderr: "ERROR: writing 'nowhere/a.xml': No such file or directory\n",
    });
    expect((await run("dump none.rrd none.xml")).code).toBe(1);
    expect(existsSync(join(dir, "none.xml"))).toBe(false);
  });

  test("a dump into the file itself is refused, whatever it is called", async () => {
    const before = readFileSync(join(dir, "a.rrd"));
    symlinkSync("a.rrd", join(dir, "link.xml"));
    for (const name of ["a.rrd", "./a.rrd", "link.xml"])
      expect((await run(`dump a.rrd ${name}`)).stderr).toBe(`ERROR: '${name}' is the file that is dumped\n`);
    expect(readFileSync(join(dir, "a.rrd")).equals(before)).toBe(true);
  });

  test("info --json is JSON", async () => {
    const told = JSON.parse((await run("info --json a.rrd")).stdout);
    expect(told).toMatchObject({ file: "a.rrd", step: 10, dataSources: [{ name: "a", max: null }] });
    expect(told.dataSources[0]).not.toHaveProperty("expression");
  });

  test("names with a NUL in them are no names", async () => {
    expect((await procblock(["rrd", "info", "a\0.rrd"], { cwd: dir })).stderr).toBe(
      "ERROR: opening 'a\0.rrd': Invalid argument\n",
    );
    expect((await procblock(["rrd", "list", "\0"], { cwd: dir })).stderr).toBe("ERROR: Invalid argument\n");
  });

  test("files that are none are told in our own words, by the name they were given", async () => {
    expect((await run("info short.rrd")).stderr).toBe("ERROR: 'short.rrd' is too small for an RRD file\n");
    expect((await run("info empty")).stderr).toContain("ERROR: cannot open 'empty': 'empty' is a directory");
  });

  test("a picture on standard output stands there alone", async () => {
    const words = "-a SVG -s 1000000000 -e 1000000100 DEF:a=a.rrd:a:AVERAGE LINE1:a PRINT:a:MAX:%lf";
    expect((await run(`graph - ${words}`)).stdout).toMatch(/^<svg [\s\S]*<\/svg>\n?$/);
    expect((await run(`graphv - ${words}`)).stdout).toMatch(
      /^print\[0\] = "-nan"\ngraph_left = \d+\n[\s\S]*\nimage = BLOB_SIZE:\d+\n<svg /,
    );
    expect((await run(`graph a.svg ${words}`)).stdout).toMatch(/^\d+x\d+\n-nan\n$/);
    expect(existsSync(join(dir, "a.svg"))).toBe(true);
  });

  test("help is ours", async () => {
    expect((await run("help")).stdout).toContain("takes the arguments of `rrdtool COMMAND …`");
    expect((await run("help tune")).stdout).toContain("procblock rrd tune FILE");
    expect(await run("resize")).toEqual(await run("help resize"));
    expect((await procblock(["rrd"], { cwd: dir })).code).toBe(2);
  });
});
