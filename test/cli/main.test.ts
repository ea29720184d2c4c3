import { describe, expect, test } from "vitest";
import { procblock } from "./in-process.ts";

describe("procblock", () => {
  test("alone explains itself in short and exits 2", async () => {
    const told = await procblock([]);
    expect(told.code).toBe(2);
    expect(told.stdout).toMatch(/^procblock runs block files/);
  });

  test("--help and help exit 0", async () => {
    expect((await procblock(["--help"])).code).toBe(0);
    expect((await procblock(["help"])).stdout).toContain("procblock FILE --help");
    expect((await procblock(["help", "validate"])).stdout).toMatch(/^procblock validate FILE/);
  });

  test("--version prints the version alone", async () => {
    expect(await procblock(["--version"])).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/) as string,
      stderr: "",
    });
  });

  test("suggests what an unknown word may have meant", async () => {
    expect(await procblock(["validat", "x.yaml"])).toEqual({
      code: 2,
      stdout: "",
      stderr:
        'error: no command and no file is named "validat" — did you mean "validate"?\n' +
        "  = commands: run, validate, schema, rrd, shared, help, version\n" +
        "Try: procblock --help\n",
    });
  });

  test("says of what comes later that it is not there yet", async () => {
    const told = await procblock(["stop", "monitor"]);
    expect(told).toMatchObject({ code: 2, stdout: "" });
    expect(told.stderr).toContain('"stop" is not there yet');
    const daemon = await procblock(["demos/simplest/simplest_monitor.yaml", "--daemon"]);
    expect(daemon).toMatchObject({ code: 2, stdout: "" });
    expect(daemon.stderr).toContain('"--daemon" is not there yet');
  });

  test("run without a file says what is missing", async () => {
    const told = await procblock(["run", "--once"]);
    expect(told).toMatchObject({
      code: 2,
      stderr: "error: no block file is named\nTry: procblock run --help\n",
    });
  });
});
