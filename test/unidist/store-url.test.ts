import { expect, test } from "vitest";
import { parseStoreUrl, stateFolder, withoutPassword } from "../../src/unidist/index.ts";

test("a store is memory:, a SQLite file or a PostgreSQL server", () => {
  expect(parseStoreUrl("memory:")).toEqual({ kind: "memory", url: "memory:" });
  expect(parseStoreUrl("sqlite:a/../b.db", { cwd: "/srv" })).toEqual({
    kind: "sqlite",
    url: "sqlite:/srv/b.db",
    path: "/srv/b.db",
    durability: "normal",
  });
  expect(parseStoreUrl("sqlite:b.db?durability=full", { cwd: "/srv" })).toEqual({
    kind: "sqlite",
    url: "sqlite:/srv/b.db?durability=full",
    path: "/srv/b.db",
    durability: "full",
  });
  expect(parseStoreUrl("postgresql://db/procblock").kind).toBe("postgres");
  expect(() => parseStoreUrl("redis://:secret@db")).toThrow('unknown store "redis://:…@db"');
});

test("the user's own store is in the state folder, wherever that is", () => {
  expect(stateFolder({ XDG_STATE_HOME: "/var/state" })).toBe("/var/state/procblock");
  expect(stateFolder({ XDG_STATE_HOME: "relative", HOME: "/home/me" })).toBe(
    "/home/me/.local/state/procblock",
  );
  expect(parseStoreUrl("sqlite:")).toMatchObject({ path: `${stateFolder()}/shared.sqlite` });
});

test("passwords are not shown", () => {
  expect(withoutPassword("postgres://me:se:cret@db/x?password=geheim&a=1")).toBe(
    "postgres://me:…@db/x?password=…&a=1",
  );
  expect(withoutPassword("postgres://me@db/x")).toBe("postgres://me@db/x");
});
