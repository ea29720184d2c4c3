import { afterAll, beforeAll, beforeEach, describe } from "vitest";
import { ManualClock } from "../../src/base/index.ts";
import { openSpace } from "../../src/unidist/index.ts";
import { spaceContract } from "./contract.ts";
import { startPostgres, type TestPostgres } from "./postgres-server.ts";

let postgres: TestPostgres;
let url: string;

beforeAll(async () => {
  postgres = await startPostgres();
});

afterAll(async () => {
  await postgres.stop();
});

describe("postgres", () => {
  beforeEach(async () => {
    url = await postgres.database();
  });

  spaceContract(() => {
    const clock = new ManualClock();
    const queueLimit = 3100;
    return { clock, queueLimit, open: (name) => openSpace(url, name, { clock, queueLimit }) };
  });
});
