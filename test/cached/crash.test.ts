import { appendFileSync, existsSync, readdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { Client, DaemonProcess, folder, makeFile, randomOf, START, storedIn } from "./workshop.ts";

let base = "";
afterEach(() => rmSync(base, { recursive: true, force: true }));

/** Sends updates of random files, kills the daemon after `acknowledged` answers; returns how many each file has. */
async function killedAmidUpdates(base: string, seed: number, files: number, acknowledged: number) {
  const random = randomOf(seed);
  const daemon = new DaemonProcess(base, ["-j", join(base, "journal"), "-w", "1000"]);
  await daemon.ready;
  const client = new Client(daemon.socket);
  const given = Array.from({ length: files }, () => 0);
  const certain = Array.from({ length: files }, () => 0);
  const sent: number[] = [];
  const lines: string[] = [];
  for (let count = 0; count < acknowledged * 2; count++) {
    const file = Math.floor(random() * files);
    const number = (given[file] ?? 0) + 1;
    given[file] = number;
    sent.push(file);
    lines.push(`UPDATE f${file}.rrd ${START + number}:${number}`);
    // Some are read back in between: written files and waiting ones are mixed.
    if (random() < 0.01) {
      sent.push(-1);
      lines.push(`FLUSH f${file}.rrd`);
    }
  }
  client.socket.write(`${lines.join("\n")}\n`);
  for (let index = 0; index < acknowledged; index++) {
    const [answer] = await client.answer();
    const file = sent[index] ?? -1;
    expect(answer).toMatch(/^0 /);
    if (file >= 0) certain[file] = (certain[file] ?? 0) + 1;
  }
  await daemon.signal("SIGKILL");
  client.socket.destroy();
  return certain;
}

async function recovered(base: string): Promise<string> {
  const daemon = new DaemonProcess(base, ["-j", join(base, "journal")]);
  await daemon.ready;
  expect(await daemon.signal("SIGTERM")).toBe(0);
  return daemon.stderr.replace(/^listening on .*\n/m, "");
}

for (const seed of [1, 2, 3]) {
  test(`after kill -9 amid updates every acknowledged one is in its file (seed ${seed})`, async () => {
    base = folder();
    for (let file = 0; file < 5; file++) makeFile(join(base, `f${file}.rrd`));
    const certain = await killedAmidUpdates(base, seed, 5, 200 + seed * 150);
    expect(statSync(join(base, "journal")).mode & 0o777).toBe(0o700);
    expect(await recovered(base)).toBe("");
    for (let file = 0; file < 5; file++) {
      const stored = storedIn(join(base, `f${file}.rrd`));
      expect(stored.length).toBeGreaterThanOrEqual(certain[file] ?? 0);
      expect(stored).toEqual(stored.map((_, index) => index + 1));
    }
    // Nothing is left to replay.
    expect(readdirSync(join(base, "journal"))).toEqual([]);
    expect(existsSync(join(base, "s.sock"))).toBe(false);
  });
}

test("a record that a crash cut off is told of and left out; all before it is stored", async () => {
  base = folder();
  makeFile(join(base, "f0.rrd"));
  const [certain = 0] = await killedAmidUpdates(base, 9, 1, 100);
  const [segment = ""] = readdirSync(join(base, "journal")).filter((name) => name.endsWith(".journal"));
  appendFileSync(join(base, "journal", segment), "0badc0de u 12 /some/f0.rr");
  expect(await recovered(base)).toContain("1 records of the journal were cut off or damaged and left out");
  expect(storedIn(join(base, "f0.rrd")).length).toBeGreaterThanOrEqual(certain);
});

test("one journal folder serves one daemon", async () => {
  base = folder();
  const first = new DaemonProcess(base, ["-j", join(base, "journal")]);
  await first.ready;
  const second = new DaemonProcess(base, ["-j", join(base, "journal")]);
  expect(await second.ended).toBe(1);
  expect(second.stderr).toContain("is written by process");
  expect(await first.signal("SIGINT")).toBe(0);
});
