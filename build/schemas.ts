/**
 * Compiles schemas/block.schema.json to a validator that needs nothing at run time: nothing compiles schemas when a
 * block starts.
 *
 *     node build/schemas.ts
 */
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { Ajv } from "ajv";
import standalone from "ajv/dist/standalone/index.js";
import { transform } from "esbuild";

const root = fileURLToPath(new URL("..", import.meta.url));
const target = `${root}src/block/check/schema-check.generated`;

const declaration = `export interface SchemaError {
  readonly instancePath: string;
  readonly schemaPath: string;
  readonly keyword: string;
  readonly params: Readonly<Record<string, unknown>>;
  readonly parentSchema: Readonly<Record<string, unknown>>;
  readonly data: unknown;
}
export declare const validate: ((data: unknown) => boolean) & { errors?: readonly SchemaError[] | null };
`;

/** Writes the validator and its types beside the checker; both are built, not committed. */
export async function buildSchemas(): Promise<void> {
  const text = readFileSync(`${root}schemas/block.schema.json`, "utf8");
  // Descriptions are for editors; the validator is loaded at every start.
  const schema = JSON.parse(text, (key, value: unknown) =>
    key === "description" && typeof value === "string" ? undefined : value,
  ) as object;
  const ajv = new Ajv({
    allErrors: true,
    messages: false,
    verbose: true,
    strict: true,
    strictTypes: false,
    strictRequired: false,
    allowMatchingProperties: true,
    code: { source: true, esm: true, lines: false },
  });
  const generate = (standalone as unknown as { default: typeof standalone }).default ?? standalone;
  const source = (generate as unknown as (ajv: Ajv, validate: unknown) => string)(ajv, ajv.compile(schema));
  // Lengths are counted in code points by a function of ajv's run time; the copy here makes the module stand alone.
  const inlined = source.replace(
    /const (\w+) = require\("ajv\/dist\/runtime\/ucs2length"\)\.default;/,
    "const $1 = (text) => [...text].length;",
  );
  if (/\brequire\(/.test(inlined)) throw new Error("the generated validator is not self-contained");
  const { code } = await transform(inlined, { minify: true, format: "esm", target: "node24" });
  writeFileSync(`${target}.js`, code);
  writeFileSync(`${target}.d.ts`, declaration);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await buildSchemas();
