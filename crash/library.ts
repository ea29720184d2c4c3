import { join } from "node:path";
import { unwrap } from "../src/base/index.ts";
import { createRrd } from "../src/rrd/index.ts";
import { Inspection } from "./inspection.ts";
import { Life, pause } from "./life.ts";
import { Reference } from "./reference.ts";
import { definitionOf, fileName, START, updateOf } from "./subject.ts";
import type { CrashVariant, KillReport } from "./variant.ts";

const writer = new URL("writer.ts", import.meta.url).pathname;
/** A life lasts at most so long after its first update; milliseconds. */
const LONGEST = 60;

/** Updates through the library: what was told to be stored is in the file, whenever the kill comes. */
export const library: CrashVariant = {
  name: "library",
  share: 80,
  async prepare(folder, files) {
    const inspection = new Inspection("write");
    const references: Reference[] = [];
    /** Seconds since START that each file has. */
    const stored = Array.from({ length: files }, () => 0);
    for (let file = 0; file < files; file++) {
      const path = join(folder, fileName(file));
      unwrap(createRrd(path, definitionOf(file), { durable: false }));
      references.push(new Reference(path, folder, `reference-${file}.rrd`));
    }
    return {
      async play(random): Promise<KillReport> {
        const life = new Life([writer, folder, String(files)], folder);
        await life.until(() => life.stdout.includes("\n"));
        await pause(random.unit() * LONGEST);
        await life.kill();
        const begun = [...stored];
        const told = [...stored];
        for (const [, mark, file, second] of life.stdout.matchAll(/^([<>]) (\d+) (\d+)$/gm))
          (mark === "<" ? begun : told)[Number(file)] = Number(second);
        const report = { accepted: 0, lost: 0, faults: [] as string[] };
        for (let file = 0; file < files; file++) {
          const [before = 0, least = 0, most = 0] = [stored[file], told[file], begun[file]];
          const path = join(folder, fileName(file));
          report.accepted += least - before;
          const last = await inspection.lastUpdate(path);
          if (typeof last === "string") {
            report.faults.push(`${fileName(file)}: ${last}`);
            continue;
          }
          const now = last - START;
          if (now < least) report.lost += least - now;
          if (now < least || now > most)
            report.faults.push(`${fileName(file)} ends at ${now}, told ${least}, begun ${most}`);
          const updates = Array.from({ length: now - before }, (_, k) => updateOf(file, before + k + 1));
          references[file]?.replay(updates);
          const difference = references[file]?.difference(path, updateOf(file, now + 1));
          if (difference !== undefined) report.faults.push(`${fileName(file)} ${difference}`);
          stored[file] = now;
        }
        return report;
      },
      close: () => inspection.close(),
    };
  },
};
