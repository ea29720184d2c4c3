import { systemClock } from "../base/index.ts";
import { DEFAULT_QUEUE_LIMIT } from "./limits.ts";
import { MemorySpace } from "./memory/space.ts";
import type { SpaceOptions } from "./open-space.ts";
import type { StoreUrl } from "./store-url.ts";
import type { Space } from "./types.ts";

/** As `openSpace`, but the code of a backend is only loaded by whoever comes to need it. */
export async function loadSpace(store: StoreUrl, name: string, options: SpaceOptions = {}): Promise<Space> {
  const { clock = systemClock, queueLimit = DEFAULT_QUEUE_LIMIT } = options;
  switch (store.kind) {
    case "memory":
      return new MemorySpace(store.url, name, clock, queueLimit);
    case "sqlite": {
      const { url, path, durability } = store;
      const { SqliteSpace } = await import("./sqlite/space.ts");
      return new SqliteSpace(url, path, name, { clock, queueLimit, durability });
    }
    case "postgres": {
      const { PostgresSpace } = await import("./postgres/space.ts");
      return new PostgresSpace(store.url, name, clock, queueLimit);
    }
  }
}
