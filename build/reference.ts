/**
 * Prints the reference of the block language, generated from schemas/block.schema.json.
 *
 *     node build/reference.ts
 */
import { describeSchema } from "../src/block/index.ts";

process.stdout.write(describeSchema());
