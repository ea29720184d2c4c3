import { afterAll, beforeAll, beforeEach, describe } from "vitest";
import { ManualClock } from "../../src/base/index.ts";
import { openSpace } from "../../src/unidist/index.ts";
import { removeProgram } from "./children.ts";
import { spaceContract } from "./contract.ts";
import { modelContract } from "./model-based.ts";
import { startPostgres, type TestPostgres } from "./postgres-server.ts";
import { togetherContract } from "./together.ts";

let postgres: TestPostgres;
let url: string;

beforeAll(async () => {
  postgres = await startPostgres();
});

afterAll(async () => {
  await postgres.stop();
  removeProgram();
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

  let spaces = 0;
  modelContract((clock) => openSpace(url, `${++spaces}`, { clock }), 25);

  togetherContract(() => url);
});
