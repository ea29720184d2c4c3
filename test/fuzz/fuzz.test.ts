import { spawnSync } from "node:child_process";
import { expect, test } from "vitest";
import { FuzzSession } from "../../fuzz/play.ts";
import { targets } from "../../fuzz/targets.ts";

const seed = 20_100_818;

test("2,000 damaged files, texts, command lines and conversations give clear errors or valid data.", () => {
  const command = new URL("../../fuzz/run.ts", import.meta.url).pathname;
  const words = [command, "--cases", "2000", "--seed", String(seed), "--workers", "2", "--json"];
  const { status, stdout, stderr } = spawnSync(process.execPath, words, { encoding: "utf8" });
  expect(stderr).toBe("");
  expect(JSON.parse(stdout)).toMatchObject({ seed, cases: 2000, findings: [] });
  expect(status).toBe(0);
});

test("A wrong command line is refused.", () => {
  const command = new URL("../../fuzz/run.ts", import.meta.url).pathname;
  for (const words of [
    ["--only", "nothing"],
    ["--cases", "many"],
    ["--seed", "-1"],
  ]) {
    const { status, stderr } = spawnSync(process.execPath, [command, ...words], { encoding: "utf8" });
    expect(stderr).not.toBe("");
    expect(status).toBe(2);
  }
});

test.each(targets.map(({ kind }) => kind))(
  "A case of kind %s is the same each time it is played.",
  async (kind) => {
    const inputs: string[] = [];
    for (let round = 0; round < 2; round++) {
      const session = new FuzzSession(seed, [kind], (input) =>
        inputs.push(Buffer.from(input).toString("base64")),
      );
      await session.play(7);
      await session.close();
    }
    expect(inputs).toHaveLength(2);
    expect(inputs[0]).toBe(inputs[1]);
  },
);
