import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

const root = fileURLToPath(new URL("../..", import.meta.url));
const minute = 60_000;

let dir: string;
/** npm, with the Node.js that runs this test first in the path. */
function npm(cwd: string, ...argv: string[]) {
  const env: NodeJS.ProcessEnv = {
    ...process.env,
    PATH: `${dirname(process.execPath)}${delimiter}${process.env.PATH ?? ""}`,
    npm_config_audit: "false",
    npm_config_fund: "false",
    npm_config_update_notifier: "false",
  };
  const done = spawnSync("npm", argv, { cwd, env, encoding: "utf8", timeout: 3 * minute });
  if (done.status !== 0) throw new Error(`npm ${argv.join(" ")}\n${done.stdout}${done.stderr}`);
  return done.stdout;
}

beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), "procblock-package-"));
  // dist/ is there already (the tests need it); packing must not build while other tests use it.
  npm(root, "pack", "--ignore-scripts", "--pack-destination", dir);
  const [tarball] = readdirSync(dir).filter((file) => file.endsWith(".tgz"));
  writeFileSync(join(dir, "package.json"), '{"name": "somebody", "private": true, "type": "module"}\n');
  npm(dir, "install", "--prefer-offline", join(dir, tarball ?? ""));
}, 4 * minute);
afterAll(() => rmSync(dir, { recursive: true, force: true }));

function node(...argv: string[]) {
  return spawnSync(process.execPath, argv, { cwd: dir, encoding: "utf8", timeout: minute });
}

describe("the packed package, installed in an empty folder", () => {
  test("runs a block with a script in TypeScript", () => {
    writeFileSync(join(dir, "block.yaml"), "- script: script.ts\n");
    writeFileSync(
      join(dir, "script.ts"),
      `import type { ProcessBlock } from "procblock";
export const processBlock: ProcessBlock = ({ args }) => ({ random: 7, count: args.length });
`,
    );
    const done = node(join(dir, "node_modules/procblock/bin/procblock.cjs"), "block.yaml");
    expect({ status: done.status, stderr: done.stderr }).toEqual({ status: 0, stderr: "" });
    expect(JSON.parse(done.stdout)).toMatchObject({ run: { random: 7, count: 0 } });
  });

  test("runs the blocks and demos that it brings along", () => {
    const demo = join(dir, "node_modules/procblock/demos/simplest/simplest.yaml");
    const done = node(join(dir, "node_modules/procblock/bin/procblock.cjs"), demo);
    expect({ status: done.status, stderr: done.stderr }).toEqual({ status: 0, stderr: "" });
  });

  test("is a library", () => {
    writeFileSync(
      join(dir, "library.mjs"),
      `import { loadBlock, runBlockFile, unwrap } from "procblock";
console.log(unwrap(loadBlock("block.yaml")).files.length);
const run = unwrap(await runBlockFile("block.yaml"));
console.log(run.result.run.random);
await run.stop();
`,
    );
    const done = node("library.mjs");
    expect(done).toMatchObject({ status: 0, stdout: "1\n7\n", stderr: "" });
  });

  test("has types that say what is wrong", () => {
    writeFileSync(
      join(dir, "typed.ts"),
      `import { loadBlock, type ProcessBlock, runBlockFile, unwrap } from "procblock";
export const processBlock: ProcessBlock = async ({ pipeData, shared }) => {
  const lease = await shared.lock("door").acquire({ timeout: 5 });
  const runs: bigint = await shared.counter("runs").increment();
  for await (const { entry } of shared.log("lines").tail({ lines: 1 })) await shared.queue("q").push(entry);
  await lease?.release();
  return { seen: Object.keys(pipeData).length, runs };
};
const run = unwrap(await runBlockFile("block.yaml", { args: ["a"] }));
const states: string[] = run.threads.map((thread) => thread.status().state);
// @ts-expect-error files are named by text
loadBlock(3);
// @ts-expect-error a number is no result
export const wrong: ProcessBlock = () => 3;
void states;
`,
    );
    writeFileSync(
      join(dir, "tsconfig.json"),
      JSON.stringify({
        compilerOptions: {
          strict: true,
          noEmit: true,
          target: "es2024",
          module: "nodenext",
          types: ["node"],
          typeRoots: [join(root, "node_modules/@types")],
        },
        files: ["typed.ts"],
      }),
    );
    const done = node(join(root, "node_modules/typescript/bin/tsc"), "-p", ".");
    expect(done.stdout).toBe("");
    expect(done.status).toBe(0);
  });

  test("holds what it needs and nothing of the workshop", () => {
    const files = readdirSync(join(dir, "node_modules/procblock"), { recursive: true, encoding: "utf8" });
    for (const wanted of [
      "dist/cli.cjs",
      "dist/index.js",
      "dist/types/index.d.ts",
      "schemas",
      "blocks",
      "LICENSE",
    ]) {
      expect(files).toContain(wanted);
    }
    expect(
      files.filter((file) => /^(test|bench|build|src\/(?!README))/.test(file) && file !== "src"),
    ).toEqual([]);
  });
});
