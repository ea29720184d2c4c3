import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe } from "vitest";
import { ManualClock } from "../../src/base/index.ts";
import { openSpace } from "../../src/unidist/index.ts";
import { spaceContract } from "./contract.ts";

const folder = mkdtempSync(join(tmpdir(), "unidist-"));
afterAll(() => rmSync(folder, { recursive: true }));

let store = 0;

describe("sqlite", () => {
  spaceContract(() => {
    const clock = new ManualClock();
    const url = `sqlite:${join(folder, `${++store}.sqlite`)}`;
    return { clock, queueLimit: 5000, open: (name) => openSpace(url, name, { clock, queueLimit: 5000 }) };
  });
});
