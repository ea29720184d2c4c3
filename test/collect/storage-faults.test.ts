import { expect, test } from "vitest";
import { nodeStorage, type Storage, type StorageFile } from "../../src/rrd/index.ts";
import { Collecting } from "./collecting.ts";

/** The real file system, with faults that are switched on and off. */
class Faulty {
  /** Error code of every write, or of every opening. */
  writes: string | undefined;
  opens: ((path: string) => string | undefined) | undefined;

  readonly storage: Storage = {
    ...nodeStorage,
    open: (path, mode) => {
      const code = this.opens?.(path);
      if (code !== undefined) throw fault(code, "open");
      return this.#wrap(nodeStorage.open(path, mode));
    },
    createBeside: (path) => {
      const made = nodeStorage.createBeside(path);
      return { path: made.path, file: this.#wrap(made.file) };
    },
  };

  #wrap(file: StorageFile): StorageFile {
    return {
      read: (...args) => file.read(...args),
      write: (...args) => {
        if (this.writes !== undefined) throw fault(this.writes, "write");
        return file.write(...args);
      },
      sync: () => file.sync(),
      status: () => file.status(),
      setMode: (mode) => file.setMode(mode),
      close: () => file.close(),
    };
  }
}

function fault(code: string, syscall: string): Error {
  return Object.assign(new Error(`${code}: ${syscall}`), { code, syscall });
}

test.each(["ENOSPC", "EIO"])(
  "While writing fails with %s samples wait, others go on, and everything is stored afterwards.",
  async (code) => {
    const faulty = new Faulty();
    using at = new Collecting({ storage: faulty.storage });
    const definition = at.definition({ path: "x.rrd", fields: ["a"] });
    await at.run(definition, [{ a: 1 }, { a: 2 }]);
    faulty.writes = code;
    await at.clock.advance(5000);
    await at.run(definition, [{ a: 3 }, { a: 4 }, { a: 5 }]);
    const failing = at.told;
    expect(failing).toHaveLength(1);
    expect(failing[0]).toMatch(new RegExp(`^store:failed: cannot .* "x.rrd": write failed with ${code}$`));
    faulty.writes = undefined;
    await at.clock.advance(60_000);
    await at.collector.close();
    expect(at.rows("x.rrd")).toEqual({ 0: [1], 5: [2], 10: [3], 15: [4], 20: [5] });
    expect(at.collector.figures()).toMatchObject({ stored: 5, dropped: 0 });
    expect(at.told.at(-1)).toMatch(/works again/);
  },
);

test("A disk that is full when the file is to be made leaves no file, and is tried again.", async () => {
  const faulty = new Faulty();
  using at = new Collecting({ storage: faulty.storage });
  faulty.writes = "ENOSPC";
  const definition = at.definition({ path: "x.rrd", fields: ["a"] });
  await at.run(definition, [{ a: 1 }, { a: 2 }]);
  faulty.writes = undefined;
  await at.clock.advance(60_000);
  await at.collector.close();
  expect(at.rows("x.rrd")).toEqual({ 0: [1], 5: [2] });
});

test("What cannot be stored at close is counted and said.", async () => {
  const faulty = new Faulty();
  using at = new Collecting({ storage: faulty.storage });
  faulty.writes = "EIO";
  await at.run(at.definition({ path: "x.rrd", fields: ["a"] }), [{ a: 1 }, { a: 2 }]);
  await at.collector.close();
  expect(at.collector.figures()).toMatchObject({ stored: 0, dropped: 2 });
  expect(at.told.at(-1)).toMatch(/; 2 samples lost$/);
});

test("Without file descriptors others of ours are closed, and everything is stored.", async () => {
  const faulty = new Faulty();
  using at = new Collecting({ storage: faulty.storage });
  const definition = at.definition({ path: "{{key}}.rrd", each: "all", fields: ["value"] });
  faulty.opens = () => (at.collector.figures().openFiles >= 4 ? "EMFILE" : undefined);
  await at.run(
    definition,
    Array.from({ length: 3 }, () => ({ all: [1, 2, 3, 4, 5, 6, 7, 8] })),
  );
  await at.collector.close();
  expect(at.collector.figures()).toMatchObject({ stored: 24, dropped: 0, failed: 0 });
});
