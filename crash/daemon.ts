import { existsSync, rmSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { unwrap } from "../src/base/index.ts";
import { createRrd } from "../src/rrd/index.ts";
import { Inspection } from "./inspection.ts";
import { Life, pause } from "./life.ts";
import { Reference } from "./reference.ts";
import { definitionOf, fileName, START, updateOf } from "./subject.ts";
import type { CrashPlayer, CrashVariant, KillReport } from "./variant.ts";

const command = new URL("../src/cli/bin.ts", import.meta.url).pathname;
const LONGEST = 150;

/**
 * The cache with a journal: what was answered for is in its file as soon as the next life has begun, whenever the kill
 * comes; amid a replay, too.
 */
export const daemon: CrashVariant = {
  name: "daemon",
  share: 10,
  async prepare(folder, files) {
    return new DaemonPlayer(folder, files);
  },
};

class DaemonPlayer implements CrashPlayer {
  readonly #folder: string;
  readonly #files: number;
  readonly #inspection = new Inspection("read");
  readonly #references: Reference[] = [];
  /** Per file, seconds since START: what a replay has to give at least, what it may give, and what was seen. */
  readonly #answered: number[];
  readonly #sent: number[];
  readonly #seen: number[];

  constructor(folder: string, files: number) {
    this.#folder = folder;
    this.#files = files;
    for (let file = 0; file < files; file++) {
      const path = join(folder, fileName(file));
      unwrap(createRrd(path, definitionOf(file), { durable: false }));
      this.#references.push(new Reference(path, folder, `reference-${file}.rrd`));
    }
    const none = () => Array.from({ length: files }, () => 0);
    [this.#answered, this.#sent, this.#seen] = [none(), none(), none()];
  }

  async play(random: {
    unit(): number;
    below(limit: number): number;
    chance(share: number): boolean;
  }): Promise<KillReport> {
    const socket = join(this.#folder, "s.sock");
    const words = [
      "rrd",
      "daemon",
      "-l",
      `unix:${socket}`,
      "-b",
      this.#folder,
      "-j",
      join(this.#folder, "journal"),
    ];
    const life = new Life([command, ...words, "-w", random.chance(0.5) ? "1" : "1000"], this.#folder);
    if (random.chance(0.1)) {
      // Before it has come to itself, or amid the replay.
      await pause(random.unit() * 300);
      await life.kill();
      return { accepted: 0, lost: 0, faults: [] };
    }
    await life.until(() => life.stderr.includes("listening on"));
    // The replay is over, so that everything that was answered has to be in the files.
    const report = await this.#look();
    const accepted = await this.#talk(socket, life, random);
    if (existsSync(socket)) rmSync(socket);
    return { ...report, accepted };
  }

  /** Sends updates of random files, and is killed amid the answers. */
  async #talk(
    path: string,
    life: Life,
    random: { unit(): number; below(limit: number): number; chance(share: number): boolean },
  ): Promise<number> {
    const socket = connect(path);
    const asked: (number | undefined)[] = [];
    let text = "";
    let answered = 0;
    let accepted = 0;
    socket.on("error", () => undefined);
    socket.on("data", (bytes: Buffer) => {
      text += bytes.toString("latin1");
      const lines = text.split("\n");
      text = lines.pop() ?? "";
      for (const line of lines) {
        const file = asked[answered++];
        if (file === undefined || !line.startsWith("0 ")) continue;
        accepted++;
        this.#answered[file] = (this.#answered[file] ?? 0) + 1;
      }
    });
    const closed = new Promise<void>((resolve) => socket.once("close", () => resolve()));
    const killed = pause(random.unit() * LONGEST).then(() => life.kill());
    for (let round = 0; round < 200 && !socket.destroyed; round++) {
      let lines = "";
      for (let count = 0; count < 40; count++) {
        const file = random.below(this.#files);
        if (random.chance(0.02)) {
          asked.push(undefined);
          lines += `FLUSH ${fileName(file)}\n`;
          continue;
        }
        const second = (this.#sent[file] ?? 0) + 1;
        this.#sent[file] = second;
        asked.push(file);
        lines += `UPDATE ${fileName(file)} ${updateOf(file, second)}\n`;
      }
      socket.write(lines);
      await pause(0);
    }
    await killed;
    await closed;
    return accepted;
  }

  async #look(): Promise<KillReport> {
    const report = { accepted: 0, lost: 0, faults: [] as string[] };
    for (let file = 0; file < this.#files; file++) {
      const path = join(this.#folder, fileName(file));
      const found = await this.#inspection.lastUpdate(path);
      const [least = 0, most = 0, before = 0] = [this.#answered[file], this.#sent[file], this.#seen[file]];
      if (typeof found === "string") {
        report.faults.push(`${fileName(file)}: ${found}`);
        continue;
      }
      const now = found - START;
      if (now < least) report.lost += least - now;
      if (now < least || now > most)
        report.faults.push(`${fileName(file)} ends at ${now}, answered ${least}, sent ${most}`);
      const updates = Array.from({ length: Math.max(0, now - before) }, (_, k) =>
        updateOf(file, before + k + 1),
      );
      this.#references[file]?.replay(updates);
      // Updates of one flush are written together, and before the journal has them: nobody was answered yet.
      const following = Array.from({ length: Math.max(1, most - now) }, (_, k) =>
        updateOf(file, now + k + 1),
      );
      const difference = this.#references[file]?.difference(path, ...following);
      if (difference !== undefined) report.faults.push(`${fileName(file)} ${difference}`);
      // What never came is sent again.
      this.#answered[file] = now;
      this.#sent[file] = now;
      this.#seen[file] = now;
    }
    return report;
  }

  async close(): Promise<void> {
    await this.#inspection.close();
  }
}
