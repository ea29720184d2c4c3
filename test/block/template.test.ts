import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { unwrap } from "../../src/base/index.ts";
import { checkBlock, loadBlock, processBlock } from "../../src/block/index.ts";
import { problemsOf, process, shown } from "./block-of.ts";

const folder = mkdtempSync(join(tmpdir(), "procblock-template-"));
afterAll(() => rmSync(folder, { recursive: true }));

const quoted = (text: string) => JSON.stringify(text);

describe("templates", () => {
  test("values are escaped, unless the template says otherwise", async () => {
    const value = "<img src=x onerror=alert(1)> & 'x'";
    expect(await process("template: {text: '<p>{{value}}</p>'}", { value })).toEqual({
      template: "<p>&lt;img src&#x3D;x onerror&#x3D;alert(1)&gt; &amp; &#x27;x&#x27;</p>",
    });
    expect(await process("template: {text: '{{value}}', escape: none}", { value })).toEqual({
      template: value,
    });
  });

  test("loops and conditions work on pipe data", async () => {
    const text =
      "{{#each disks}}{{@key}}={{this.used}}{{#if this.full}}!{{/if}} {{/each}}{{#unless disks}}none{{/unless}}";
    const pipeData = { disks: { a: { used: 1, full: true }, b: { used: 2, full: false } } };
    expect(await process(`template: {text: ${quoted(text)}}`, pipeData)).toEqual({ template: "a=1! b=2 " });
  });

  test("inherited names are out of reach", async () => {
    const text =
      "[{{constructor}}{{__proto__}}{{list.constructor.name}}{{#with list}}{{lookup this 'constructor'}}{{/with}}{{toString}}]";
    expect(await process(`template: {text: ${quoted(text)}}`, { list: [1] })).toEqual({ template: "[]" });
  });

  test("a template file is read when the block is loaded", async () => {
    writeFileSync(join(folder, "page.html"), "<b>{{n}}</b>");
    writeFileSync(join(folder, "block.yaml"), "template: {path: page.html}\n");
    const checked = unwrap(checkBlock(unwrap(loadBlock(join(folder, "block.yaml"))), { tags: [] }));
    expect(await processBlock(checked, { pipeData: { n: 1 } })).toEqual({ template: "<b>1</b>" });
    writeFileSync(join(folder, "wrong.html"), "a\n{{#if x}}");
    writeFileSync(
      join(folder, "bad.yaml"),
      "a: {template: {path: none.html}}\nb: {template: {path: wrong.html}}\n",
    );
    const bad = checkBlock(unwrap(loadBlock(join(folder, "bad.yaml"))), { tags: [] });
    expect(bad.ok ? "" : shown(bad.problems).replaceAll(`${folder}/`, "")).toBe(
      `bad.yaml:1:22: error: cannot read template "none.html": no such file
  1 | a: {template: {path: none.html}}
    |                      ^^^^^^^^^
bad.yaml:2:22: error: wrong.html, line 2: the template is wrong: unexpected the end of the template
  2 | b: {template: {path: wrong.html}}
    |                      ^^^^^^^^^^`,
    );
  });

  test.each([
    ["template: 5", "expected {path: FILE} or {text: …}, not a number"],
    ["template: {}", 'a template has either "path" or "text"'],
    ["template: {text: a, path: b}", 'a template has either "path" or "text"'],
    ["template: {txt: a}", 'unknown key "txt" — did you mean "text"?'],
    ["template: {text: a, escape: xml}", 'expected "html" or "none"'],
    ["template: {text: '{{#if a}}'}", "the template is wrong: unexpected the end of the template"],
  ])("%j: %s", (text, message) => {
    expect(problemsOf(text)).toContain(`error: ${message}\n`);
  });

  test("loops and output are limited", async () => {
    const list = Array.from({ length: 2000 }, () => "x".repeat(100));
    const nested = "{{#each list}}{{#each ../list}}{{#each ../../list}}{{/each}}{{/each}}{{/each}}";
    await expect(process(`template: {text: '${nested}'}`, { list })).rejects.toThrow(
      "the template failed: more than 1000000 loops",
    );
    const long = "{{#each list}}{{#each ../list}}{{this}}{{/each}}{{/each}}";
    await expect(process(`template: {text: '${long}'}`, { list })).rejects.toThrow(
      "the template failed: more than 4 MiB of output",
    );
    await expect(process("template: {text: '{{log a}}'}", { a: 1 })).rejects.toThrow(
      'the template failed: "log" does not exist here: standard output is for results',
    );
  });
});
