import {
  appendFileSync,
  cpSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { ManualClock, unwrap } from "../../src/base/index.ts";
import { openRrd } from "../../src/rrd/index.ts";
import { type CacheDaemon, type CacheDaemonOptions, startCacheDaemon } from "../../src/run/cached/index.ts";
import { blockOf } from "../../src/run/cached/store/journal-block.ts";
import { journalDisk } from "../../src/run/cached/store/journal-disk.ts";
import { faultyJournalDisk } from "./faulty-journal-disk.ts";
import { Client, folder, makeFile, START, storedIn } from "./workshop.ts";

let base = "";
let daemon: CacheDaemon | undefined;
let told: string[] = [];

beforeEach(() => {
  base = folder();
  told = [];
  for (const name of ["a.rrd", "b.rrd"]) makeFile(join(base, name), 50);
});
afterEach(async () => {
  await daemon?.close();
  daemon = undefined;
  rmSync(base, { recursive: true, force: true });
  rmSync(`${base}.killed`, { recursive: true, force: true });
});

async function start(options: Partial<CacheDaemonOptions> = {}): Promise<Client> {
  const socket = join(base, "s.sock");
  const onProblem: CacheDaemonOptions["onProblem"] = ({ message }) => told.push(message);
  daemon = unwrap(
    await startCacheDaemon({
      socket,
      base,
      journal: join(base, "journal"),
      sync: "never",
      onProblem,
      ...options,
    }),
  );
  return new Client(socket);
}

/** As the remedy says. */
function bringBack(journal: string): void {
  for (const name of readdirSync(journal))
    if (name.endsWith(".kept")) renameSync(join(journal, name), join(journal, name.replace(".kept", "")));
}

/** What a daemon finds that is started after this one was killed now: as it is on the disk, and nothing else. */
async function killed(): Promise<void> {
  cpSync(base, `${base}.killed`, {
    recursive: true,
    verbatimSymlinks: true,
    filter: (path) => !path.endsWith(".sock"),
  });
  await daemon?.close();
  daemon = undefined;
  rmSync(base, { recursive: true });
  renameSync(`${base}.killed`, base);
}

function stored(name: string): number[] {
  return storedIn(join(base, name));
}

function segments(): string[] {
  return readdirSync(join(base, "journal")).filter((name) => name.endsWith(".journal"));
}

describe("whichever call to the disk fails, every update that was answered with success survives a kill", () => {
  const calls = ["open", "write", "sync", "list", "remove"] as const;
  for (const kind of ["error", "short"] as const) {
    for (const call of kind === "short" ? (["write"] as const) : calls) {
      for (const lasting of ["once", "for ever"] as const) {
        test(`${call}, ${kind}, ${lasting}`, async () => {
          // The first looks at the folder are part of the start, which may be refused.
          const first = call === "list" ? 4 : 1;
          let missed = false;
          for (let nth = first; !missed && nth < first + 8; nth++) {
            const clock = new ManualClock(Date.now());
            const disk = faultyJournalDisk({ call, nth, lasting, kind });
            const client = await start({ journalDisk: disk, sync: "always", clock });
            for (let number = 1; number <= 6; number++) {
              for (const name of ["a.rrd", "b.rrd"])
                expect((await client.ask(`UPDATE ${name} ${START + number}:${number}`))[0]).toMatch(
                  /^0 errors/,
                );
              if (number === 3) await client.ask("FLUSH a.rrd");
              // Time for another attempt.
              await clock.advance(1000);
            }
            client.socket.destroy();
            missed = disk.hits === 0;
            if (!missed && kind === "error" && call !== "remove")
              expect(told[0]).toMatch(/^the journal cannot be written \(ENOSPC: made up/);
            await killed();
            await start();
            await daemon?.close();
            for (const name of ["a.rrd", "b.rrd"]) expect(stored(name)).toEqual([1, 2, 3, 4, 5, 6]);
            expect(segments()).toEqual([]);
            for (const name of ["a.rrd", "b.rrd"]) {
              rmSync(join(base, name));
              makeFile(join(base, name), 50);
            }
            told = [];
          }
        });
      }
    }
  }
});

describe("a full disk", () => {
  test("is told of; updates go to their files; the journal goes on when there is space", async () => {
    let full = false;
    const clock = new ManualClock(Date.now());
    // The real error of the real device that is always full.
    const disk = {
      ...journalDisk,
      open: (path: string) => (full ? openSync("/dev/full", "a") : journalDisk.open(path)),
      write: (descriptor: number, bytes: Buffer, from: number) =>
        journalDisk.write(full ? openSync("/dev/full", "a") : descriptor, bytes, from),
    };
    const client = await start({ journalDisk: disk, clock });
    await client.ask(`UPDATE a.rrd ${START + 1}:1`);
    expect(stored("a.rrd")).toEqual([]);
    full = true;
    for (let number = 2; number <= 20; number++) {
      expect(await client.ask(`UPDATE a.rrd ${START + number}:${number}`)).toEqual([
        "0 errors, enqueued 1 value(s).",
      ]);
      expect(stored("a.rrd")).toHaveLength(number);
      await clock.advance(400);
    }
    expect(told).toEqual([
      "the journal cannot be written (ENOSPC: no space left on device, write): updates go straight to their files",
    ]);
    // Not one more for each attempt.
    expect(segments().length).toBeLessThanOrEqual(1);
    full = false;
    await clock.advance(1000);
    await client.ask(`UPDATE a.rrd ${START + 21}:21`);
    expect(told[1]).toBe("the journal is written again");
    expect(stored("a.rrd")).toHaveLength(20);
    client.socket.destroy();
    await killed();
    await start();
    expect(stored("a.rrd")).toHaveLength(21);
  });

  test("at the end: what is in neither file nor journal is counted, and the end is an end", async () => {
    const disk = faultyJournalDisk({ call: "write", nth: 1, lasting: "for ever", kind: "error" });
    const client = await start({ journalDisk: disk });
    await client.ask(`UPDATE b.rrd ${START + 1}:1`);
    await client.ask("SUSPEND b.rrd");
    await client.ask(`UPDATE b.rrd ${START + 2}:2`);
    client.socket.destroy();
    // Nobody can open this one.
    rmSync(join(base, "b.rrd"));
    writeFileSync(join(base, "b.rrd"), "damaged");
    await daemon?.close();
    expect(daemon?.figures().dropped).toBe(1);
    expect(told.at(-1)).toBe("updates are lost: they could not be written until the end");
  });
});

test("a sync that fails in the background: what waits is written anew to another segment", async () => {
  const clock = new ManualClock(Date.now());
  const disk = faultyJournalDisk({ call: "syncInBackground", nth: 1, lasting: "once", kind: "error" });
  const synced = new Promise<void>((resolve) => {
    const { syncInBackground } = disk;
    disk.syncInBackground = (descriptor, done) =>
      syncInBackground(descriptor, (error) => {
        done(error);
        resolve();
      });
  });
  const client = await start({ journalDisk: disk, sync: "interval", clock });
  await client.ask(`UPDATE a.rrd ${START + 1}:1`);
  const before = segments();
  await clock.advance(1000);
  await synced;
  expect(told).toEqual([
    "the journal cannot be synced (ENOSPC: made up, syncInBackground): it is written anew",
  ]);
  await clock.advance(1000);
  expect(segments()).not.toEqual(before);
  client.socket.destroy();
  await killed();
  await start();
  expect(stored("a.rrd")).toEqual([1]);
});

describe("a journal that is not as it was written", () => {
  async function interrupted(): Promise<string> {
    const client = await start();
    for (let number = 1; number <= 5; number++) {
      await client.ask(`UPDATE a.rrd ${START + number}:${number}`);
      await client.ask(`UPDATE b.rrd ${START + number}:${number}`);
    }
    client.socket.destroy();
    await killed();
    const [name = ""] = segments();
    return join(base, "journal", name);
  }

  test("garbage in the middle costs the record it hit; those behind it are read", async () => {
    const path = await interrupted();
    const bytes = readFileSync(path);
    const at = bytes.indexOf(`${START + 3}:3`);
    bytes[at] = 0x39;
    // And something inserted, so that nothing behind it is where it was.
    const behind = bytes.indexOf(`${START + 4}:4`) + 13;
    writeFileSync(
      path,
      Buffer.concat([bytes.subarray(0, behind), Buffer.alloc(70_000, 7), bytes.subarray(behind)]),
    );
    await start();
    expect(told).toEqual(["2 records of the journal were cut off or damaged and left out"]);
    expect(stored("b.rrd")).toEqual([1, 2, 3, 4, 5]);
    // The value of second 3 is gone; the next one fills its time.
    expect(stored("a.rrd")).toEqual([1, 2, 4, 4, 5]);
  });

  for (const cut of [1, 12, 30]) {
    test(`a last record that lacks ${cut} bytes is left out, and the next daemon's are read`, async () => {
      const path = await interrupted();
      const bytes = readFileSync(path);
      writeFileSync(path, bytes.subarray(0, bytes.length - cut));
      const client = await start();
      expect(told).toEqual(["1 records of the journal were cut off or damaged and left out"]);
      expect(stored("a.rrd")).toEqual([1, 2, 3, 4, 5]);
      expect(stored("b.rrd")).toEqual([1, 2, 3, 4]);
      await client.ask(`UPDATE b.rrd ${START + 5}:5`);
      client.socket.destroy();
      await killed();
      await start();
      expect(stored("b.rrd")).toEqual([1, 2, 3, 4, 5]);
    });
  }

  test("lines without sense in a whole block are counted", async () => {
    const path = await interrupted();
    appendFileSync(path, blockOf("u 99 1:1\nx 0 1:1\nnonsense\n"));
    await start();
    expect(told).toEqual(["3 records of the journal were cut off or damaged and left out"]);
    expect(stored("a.rrd")).toEqual([1, 2, 3, 4, 5]);
  });

  test("updates of a file that is not there are kept and told of, and taken when both are back", async () => {
    await interrupted();
    renameSync(join(base, "a.rrd"), join(base, "away"));
    await start();
    expect(told).toEqual(["5 updates in the journal have no place now, of one file: they are kept"]);
    expect(daemon?.figures()).toMatchObject({ dropped: 0, waiting: 0 });
    expect(stored("b.rrd")).toEqual([1, 2, 3, 4, 5]);
    await daemon?.close();
    renameSync(join(base, "away"), join(base, "a.rrd"));
    bringBack(join(base, "journal"));
    await start();
    expect(stored("a.rrd")).toEqual([1, 2, 3, 4, 5]);
  });

  test("updates of files outside of the folder are kept, whichever folder the next daemon serves", async () => {
    await interrupted();
    const elsewhere = folder();
    await start({ base: elsewhere });
    expect(told).toEqual(["10 updates in the journal have no place now, of 2 files: they are kept"]);
    await daemon?.close();
    rmSync(elsewhere, { recursive: true });
    bringBack(join(base, "journal"));
    await start();
    expect(told).toHaveLength(1);
    expect(stored("a.rrd")).toEqual([1, 2, 3, 4, 5]);
    expect(stored("b.rrd")).toEqual([1, 2, 3, 4, 5]);
  });

  test("kept segments do not replace earlier ones", async () => {
    await interrupted();
    const kept = join(base, "journal", "updates.000000000001.journal.kept");
    writeFileSync(kept, "earlier");
    rmSync(join(base, "a.rrd"));
    await start();
    expect(readFileSync(kept, "utf8")).toBe("earlier");
    expect(readdirSync(join(base, "journal")).filter((name) => name.endsWith(".kept.2"))).toHaveLength(1);
  });

  test("a file that was updated by others meanwhile keeps what it has and gets what is newer", async () => {
    await interrupted();
    const rrd = unwrap(openRrd(join(base, "a.rrd"), { mode: "write" }));
    unwrap(rrd.updateArguments([1, 2, 3].map((number) => `${START + number}:${number * 10}`)));
    rrd.close();
    await start();
    expect(told).toEqual([]);
    expect(stored("a.rrd")).toEqual([10, 20, 30, 4, 5]);
    expect(stored("b.rrd")).toEqual([1, 2, 3, 4, 5]);
  });
});
