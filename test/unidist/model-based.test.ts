import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe } from "vitest";
import { openSpace } from "../../src/unidist/index.ts";
import { modelContract } from "./model-based.ts";

const folder = mkdtempSync(join(tmpdir(), "unidist-"));
afterAll(() => rmSync(folder, { recursive: true }));

let store = 0;
describe("memory", () => modelContract((clock) => openSpace(`memory:model${++store}`, "a", { clock }), 300));
// One file for all, each in a space of its own: making a file takes longest.
describe("sqlite", () =>
  modelContract(
    (clock) => openSpace(`sqlite:${join(folder, "model.sqlite")}`, `${++store}`, { clock }),
    100,
  ));
