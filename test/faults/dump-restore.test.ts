import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { rrdCommand } from "../../fuzz/command.ts";
import { Random } from "../../fuzz/random.ts";
import { RrdtoolSession } from "../../fuzz/rrdtool-session.ts";
import { describeWithRrdtool } from "../oracle.ts";

const START = 1_600_000_000;
const FILES = 60;

/** A command line that creates a file, and the values of its updates; different for each number. */
function randomFile(number: number): { create: string; updates: string } {
  const random = new Random(20_100_818, number);
  const kinds = ["GAUGE", "COUNTER", "DERIVE", "ABSOLUTE", "DCOUNTER", "DDERIVE"];
  const sources = Array.from(
    { length: 1 + random.below(4) },
    (_, k) => `DS:s${k}:${random.pick(kinds)}:60:U:U`,
  );
  const archives = Array.from({ length: 1 + random.below(3) }, () => {
    const cf = random.pick(["AVERAGE", "MIN", "MAX", "LAST"]);
    return `RRA:${cf}:${random.pick([0, 0.5, 0.9])}:${1 + random.below(4)}:${1 + random.below(12)}`;
  });
  let time = START;
  const updates = Array.from({ length: 20 }, () => {
    time += 1 + random.below(40);
    return `${time}:${sources.map(() => (random.chance(0.1) ? "U" : random.below(1e6))).join(":")}`;
  });
  const step = 1 + random.below(20);
  return {
    create: `-s ${step} -b ${START} ${sources.join(" ")} ${archives.join(" ")}`,
    updates: updates.join(" "),
  };
}

describeWithRrdtool("what one dumps the other restores", () => {
  let folder: string;
  let session: RrdtoolSession;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "dump-restore-"));
    session = new RrdtoolSession(folder);
  });
  afterEach(async () => {
    await session.close();
    rmSync(folder, { recursive: true });
  });

  const ours = async (line: string) => {
    const { code, stdout, stderr } = await rrdCommand(line.split(" "), folder);
    if (code !== 0) throw new Error(`${line}: ${stderr}`);
    return stdout.toString("latin1");
  };
  const theirs = async (line: string) => {
    const answer = await session.ask(line);
    if (answer === undefined) throw new Error(`rrdtool ${line} failed`);
    return answer;
  };

  test(`${FILES} files of any kind, in both directions, to the last digit that a dump has`, async () => {
    for (let number = 0; number < FILES; number++) {
      const { create, updates } = randomFile(number);
      await theirs(`create a.rrd ${create}`);
      await theirs(`update a.rrd ${updates}`);
      const text = await theirs("dump a.rrd");
      expect(await ours("dump a.rrd")).toBe(text);
      await ours("dump a.rrd ours.xml");
      await theirs("restore -f ours.xml restored-by-them.rrd");
      await theirs("dump a.rrd theirs.xml");
      await ours("restore -f theirs.xml restored-by-us.rrd");
      for (const name of ["restored-by-them.rrd", "restored-by-us.rrd"]) {
        expect(await theirs(`dump ${name}`)).toBe(text);
        expect(await ours(`dump ${name}`)).toBe(text);
      }
    }
  });
});
