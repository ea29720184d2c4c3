import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { unwrap } from "../../src/base/index.ts";
import { createRrd, openRrd } from "../../src/rrd/index.ts";
import { InProcess, procblock, type Told } from "./in-process.ts";

let dir: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), "procblock-commands-"));
  const files: Record<string, string> = {
    "fine.yaml": "a: 1\n",
    "wrong.yaml": "run:\n  - schell: a\n  - shel: b\n",
    "steps.yaml": "run:\n  - set: {n: 1}\n  - if n == 1:\n      - set: {m: 2}\n",
    "greet.yaml": `__usage:
  name: greet
  args: [{name: who, required: true}]
  options: {output: {type: value, info: the block's own, default: none}}
template: {text: "{{who}} {{output}}"}
`,
    "monitor.yaml": `__usage: {name: cli-monitor, longrunning: true}
run:
  - {shell: echo 1, parse: number, cache: 60, thread_id: one}
`,
  };
  for (const [name, text] of Object.entries(files)) writeFileSync(join(dir, name), text);
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

function run(...argv: string[]): Promise<Told> {
  return procblock(argv, { cwd: dir });
}

describe("procblock validate", () => {
  test("tells what is fine and every problem of what is not", async () => {
    const told = await run("validate", "fine.yaml", "wrong.yaml");
    expect(told.code).toBe(2);
    expect(told.stdout).toBe("fine.yaml: ok\n");
    expect(told.stderr).toContain('wrong.yaml:2:5: error: unknown key "schell" — did you mean "shell"?');
    expect(told.stderr).toContain('wrong.yaml:3:5: error: unknown key "shel" — did you mean "shell"?');
  });

  test("tells programs a line of JSON per file", async () => {
    const { code, stdout, stderr } = await run("validate", "--json", "wrong.yaml", "fine.yaml");
    expect({ code, stderr }).toEqual({ code: 2, stderr: "" });
    const [wrong, fine] = stdout
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as object);
    expect(wrong).toMatchObject({
      file: "wrong.yaml",
      ok: false,
      problems: [
        { severity: "error", place: { line: 2, column: 5 } },
        { severity: "error", place: { line: 3, column: 5 } },
      ],
    });
    expect(fine).toEqual({ file: "fine.yaml", ok: true, problems: [] });
  });

  test("without a file says what is missing", async () => {
    expect((await run("validate")).stderr).toContain("no block file is named");
  });
});

describe("procblock run", () => {
  test("prints in the format that is asked for", async () => {
    expect((await run("fine.yaml", "--output", "yaml")).stdout).toBe("a: 1\n");
    expect((await run("-o", "pretty", "fine.yaml")).stdout).toBe('{"a": 1}\n');
  });

  test("leaves an option to the block that declares it, and takes it before FILE", async () => {
    expect((await run("greet.yaml", "you", "--output", "x")).stdout).toBe('{"template": "you x"}\n');
    expect((await run("-o", "yaml", "greet.yaml", "you")).stdout).toBe("template: you none\n");
  });

  test("tells what is wrong with the block's command line, and exits 2", async () => {
    const told = await run("greet.yaml");
    expect(told).toMatchObject({ code: 2, stdout: "" });
    expect(told.stderr).toContain("who");
    expect(told.stderr).toContain("Try: procblock greet.yaml --help");
  });

  test("refuses a grace time that is none", async () => {
    const told = await run("fine.yaml", "--grace", "soon");
    expect(told).toMatchObject({ code: 2, stdout: "" });
    expect(told.stderr).toContain('error: "soon" is no value for "--grace"');
  });

  test("--trace tells every tag and step with input, output and time", async () => {
    const { code, stderr } = await procblock(["steps.yaml", "--once", "--trace", "--quiet"], {
      cwd: dir,
      terminal: true,
    });
    expect(code).toBe(0);
    const told = stderr.replace(/[\d.]+(ms|s)\b/g, "TIME").split("\n");
    expect(told.filter((line) => /step +set|done +set/.test(line)).length).toBe(4);
    expect(told).toContain("tag    run  TIME");
    expect(stderr).toContain('"m": 2');
  });

  test("--trace is JSON lines for programs", async () => {
    const { stderr } = await run("steps.yaml", "--trace");
    const types = stderr
      .trimEnd()
      .split("\n")
      .map((line) => (JSON.parse(line) as { type: string }).type);
    expect(types).toContain("step:finished");
    expect(types.at(-1)).toBe("tag:processed");
  });

  test("stays with a long-running block until a signal comes; the second one ends at once", async () => {
    const monitor = new InProcess(["monitor.yaml"], { cwd: dir });
    const running = monitor.run();
    await monitor.until(() => monitor.stdout !== "");
    monitor.signal("SIGINT");
    monitor.signal("SIGINT");
    expect(monitor.exits).toEqual([130]);
    expect((await running).code).toBe(0);
  });

  test("suggests the file that may have been meant", async () => {
    const told = await run("fin.yaml");
    expect(told).toMatchObject({ code: 2, stdout: "" });
    expect(told.stderr).toContain('did you mean "fine.yaml"?');
  });
});

describe("procblock schema", () => {
  test("prints the JSON Schema, or the reference that is made from it", async () => {
    const schema = await run("schema");
    expect(JSON.parse(schema.stdout)).toMatchObject({ $schema: expect.any(String) as string });
    expect((await run("schema", "--reference")).stdout).toMatch(/^### Tags of a block/);
  });
});

describe("procblock rrd", () => {
  beforeAll(() => {
    const path = join(dir, "a.rrd");
    const made = createRrd(path, {
      start: 1_000_000_000,
      step: 5,
      dataSources: [{ name: "abc", type: "GAUGE", heartbeat: 10, min: Number.NaN, max: Number.NaN }],
      archives: [{ cf: "AVERAGE", xff: 0.5, pdpPerRow: 1, rows: 10 }],
    });
    unwrap(made);
    const file = unwrap(openRrd(path, { mode: "write" }));
    unwrap(file.update(1_000_000_005, [1]));
    file.close();
  });

  test("info prints what rrdtool info prints", async () => {
    const told = await run("rrd", "info", "a.rrd");
    expect(told).toMatchObject({ code: 0, stderr: "" });
    expect(told.stdout.split("\n").slice(0, 3)).toEqual([
      'filename = "a.rrd"',
      'rrd_version = "0003"',
      "step = 5",
    ]);
  });

  test("fetch prints rows as rrdtool fetch does, or as JSON", async () => {
    const words = ["rrd", "fetch", "a.rrd", "AVERAGE", "-s", "1000000000", "-e", "1000000004"];
    expect((await run(...words)).stdout).toBe(
      "                            abc\n\n1000000005: 1.0000000000e+00\n",
    );
    expect(JSON.parse((await run(...words, "--json")).stdout)).toMatchObject({
      step: 5,
      names: ["abc"],
      rows: [{ time: 1_000_000_005, values: [1] }],
    });
  });

  test("says what is wrong with the file or the words", async () => {
    expect(await run("rrd", "info", "none.rrd")).toMatchObject({
      code: 1,
      stderr: "ERROR: opening 'none.rrd': No such file or directory\n",
    });
    expect((await run("rrd", "fetsh", "a.rrd")).stderr).toBe(
      "ERROR: unknown function 'fetsh' — did you mean \"fetch\"?\n",
    );
    expect((await run("rrd", "fetch", "a.rrd", "MEDIAN")).code).toBe(1);
    expect((await run("rrd", "fetch")).stdout).toContain("procblock rrd fetch FILE CF");
  });
});
