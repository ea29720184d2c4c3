/**
 * Writes the reference of the block language, which is made from the schema, into README.md.
 *
 *     npm run reference
 */
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describeSchema } from "../src/block/index.ts";

const file = fileURLToPath(new URL("../README.md", import.meta.url));
const [begin, end] = ["<!-- reference:begin -->", "<!-- reference:end -->"];
const text = readFileSync(file, "utf8");
const [before, rest] = text.split(begin);
const after = rest?.split(end)[1];
if (before === undefined || after === undefined) throw new Error(`README.md needs ${begin} and ${end}`);
writeFileSync(file, `${before}${begin}\n${describeSchema().trim()}\n${end}${after}`);
