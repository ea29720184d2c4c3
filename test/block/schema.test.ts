import { globSync, readFileSync } from "node:fs";
import { Ajv } from "ajv";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import type { Usage, UsageArgument, UsageOption } from "../../src/block/index.ts";
import { blockSchemaText, describeSchema, stepKinds, stepOptions } from "../../src/block/index.ts";
import { templateKeys } from "../../src/block/tags/template.ts";
import { graphKeys } from "../../src/graph/index.ts";
import { collectKeys } from "../../src/run/collect/parse.ts";
import { keysOfSink, sinkKinds } from "../../src/run/collect/sinks/parse-to.ts";
import { allOptionKeys } from "../../src/run/options/keys.ts";
import { restartKeys } from "../../src/run/options/restart.ts";
import { retryKeys } from "../../src/run/options/retry.ts";
import { kinds } from "../../src/run/steps/kinds.ts";

type Definition = { description?: string; properties?: Record<string, Definition>; $ref?: string };
const schema = JSON.parse(blockSchemaText()) as { $defs: Record<string, Definition> };

function keys(name: string): string[] {
  return Object.keys(schema.$defs[name]?.properties ?? {}).toSorted();
}

const sorted = (list: readonly string[]) => list.toSorted();

/** A list that does not compile unless it has every key of the type. */
const keysOf =
  <T>() =>
  <const K extends readonly (keyof T & string)[]>(
    list: [Exclude<keyof T, K[number]>] extends [never] ? K : never,
  ): readonly string[] =>
    list;

describe("the schema and the code know the same keys", () => {
  test("of steps", () => {
    expect(keys("step")).toEqual(sorted([...stepKinds, ...stepOptions, "else"]));
    expect(sorted(Object.keys(kinds))).toEqual(sorted([...stepKinds, "if", "timeseries collect"]));
    expect(sorted(allOptionKeys)).toEqual(sorted(stepOptions));
  });

  test("of options with keys of their own", () => {
    expect(keys("retry")).toEqual(sorted(retryKeys));
    expect(keys("restart")).toEqual(sorted(restartKeys));
    expect(keys("template")).toEqual(sorted(templateKeys));
  });

  test("of timeseries collect and graphs", () => {
    expect(keys("collect")).toEqual(sorted(collectKeys));
    expect(keys("graph")).toEqual(sorted(graphKeys));
  });

  test("of the stores beside the file", () => {
    expect(keys("sink")).toEqual(sorted(Object.keys(sinkKinds)));
    for (const [kind, sinkKind] of Object.entries(sinkKinds)) {
      const name = `sink${kind[0]?.toUpperCase()}${kind.slice(1)}`;
      expect(keys(name)).toEqual(sorted(keysOfSink(sinkKind)));
    }
  });

  test("of __usage", () => {
    const usage = keysOf<Omit<Usage, "declared">>()([
      "name",
      "author",
      "website",
      "info",
      "args",
      "options",
      "longrunning",
      "copies",
      "daemon",
      "pidfile",
      "cwd",
      "space",
      "store",
      "grace",
    ]);
    const argument = keysOf<UsageArgument>()(["name", "info", "required", "default", "remaining"]);
    const option = keysOf<Omit<UsageOption, "name">>()(["letter", "type", "info", "default"]);
    expect(keys("usage")).toEqual(sorted(usage));
    expect(keys("usageArgument")).toEqual(sorted(argument));
    expect(keys("usageOption")).toEqual(sorted(option));
  });
});

describe("the schema", () => {
  test("describes every key, because editors show it", () => {
    const silent: string[] = [];
    for (const [name, definition] of Object.entries(schema.$defs)) {
      for (const [key, value] of Object.entries(definition.properties ?? {})) {
        if (value.description === undefined && !(name === "file" && key === "__usage"))
          silent.push(`${name}.${key}`);
      }
    }
    expect(silent).toEqual([]);
  });

  test("accepts every demo and block, as an editor would", () => {
    const validate = new Ajv({
      strictTypes: false,
      strictRequired: false,
      allowMatchingProperties: true,
    }).compile(schema);
    const files = globSync(["demos/**/*.yaml", "blocks/**/*.yaml"]);
    expect(files.length).toBeGreaterThan(5);
    for (const file of files) {
      validate(parse(readFileSync(file, "utf8")));
      expect({ file, errors: validate.errors }).toEqual({ file, errors: null });
    }
  });

  test("becomes the reference of the language", () => {
    const reference = describeSchema();
    expect(reference).toContain("| `shell` | Kind. Runs a command with a shell:");
    expect(reference).toContain("| `if …`, `elif …` | Priority 600.");
    expect(reference).toContain("### timeseries collect\n\nWhich fields are stored where");
    expect(reference).not.toContain("undefined");
  });
});
