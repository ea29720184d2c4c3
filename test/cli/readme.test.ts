import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { describeSchema } from "../../src/block/index.ts";
import { defaultArchives } from "../../src/run/collect/default-archives.ts";
import { procblock } from "./in-process.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const readme = readFileSync(join(root, "README.md"), "utf8");

/** Examples name their file in a comment on the first line: `# monitor.yaml`, `// cpu.ts`. */
const examples = [...readme.matchAll(/^```(?:yaml|ts|js)\n(?:#|\/\/) (\S+)\n([\s\S]*?)^```$/gm)].map(
  ([, name, text]) => ({ name: name ?? "", text: text ?? "" }),
);

let dir: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), "procblock-readme-"));
  for (const { name, text } of examples) {
    mkdirSync(dirname(join(dir, name)), { recursive: true });
    writeFileSync(join(dir, name), text);
  }
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

describe("README.md", () => {
  test("holds the reference as the schema has it: npm run reference", () => {
    const [, written] = /<!-- reference:begin -->\n([\s\S]*?)<!-- reference:end -->/.exec(readme) ?? [];
    expect(written?.trim()).toBe(describeSchema().trim());
  });

  for (const { name } of examples.filter((example) => example.name.endsWith(".yaml"))) {
    test(`shows a ${name} that is valid`, async () => {
      expect(await procblock(["validate", "-q", name], { cwd: dir })).toEqual({
        code: 0,
        stdout: "",
        stderr: "",
      });
    });
  }

  test("links only to what is there", () => {
    const links = [...readme.matchAll(/\]\((?!https?:|#)([^)#\s]+)/g)].map(([, link]) => link ?? "");
    expect(links.filter((link) => !existsSync(join(root, link)))).toEqual([]);
  });

  test("tells .ci/run the two commands", () => {
    const [, marked] = /<!-- ci:begin -->\n([\s\S]*?)<!-- ci:end -->/.exec(readme) ?? [];
    expect(marked).toBe("```\nnpm ci && npm test\n```\n");
    expect(readme).toContain("npm ci && npx procblock demos/simplest/simplest_monitor.yaml");
  });

  test("names every demo", () => {
    const demos = spawnSync("ls", [join(root, "demos")], { encoding: "utf8" })
      .stdout.split("\n")
      .filter(Boolean);
    expect(demos.filter((demo) => !readme.includes(`demos/${demo}`))).toEqual([]);
  });

  test("tells the archives that a file gets by default", () => {
    const rows = defaultArchives(5).map(
      ({ cf, pdpPerRow, rows: count }) => `| ${cf} | ${pdpPerRow * 5} s | ${count} |`,
    );
    expect(rows.filter((row) => !readme.includes(row))).toEqual([]);
  });
});
