import { readFileSync } from "node:fs";
import { join } from "node:path";
import { unwrap } from "../src/base/index.ts";
import { createRrd, openRrd, parseCreateArguments } from "../src/rrd/index.ts";
import { encode, type Logical, targets } from "../test/rrd/foreign-files.ts";
import { type Field, fieldsOf } from "./header-fields.ts";

export const START = 1_600_000_000;

export interface SampleFile {
  readonly name: string;
  readonly bytes: Buffer;
  readonly fields: readonly Field[];
}

/** What is created, and the readings that each of its updates has. */
const created: Readonly<Record<string, { readonly words: string; readonly readings: number }>> = {
  plain: {
    words: "-s 10 DS:x:GAUGE:60:U:U DS:n:COUNTER:60:0:1000 RRA:AVERAGE:0.5:1:8 RRA:MAX:0.5:3:4",
    readings: 2,
  },
  single: { words: "-s 1 DS:x:DERIVE:5:-10:10 RRA:LAST:0:1:1 RRA:MIN:0.99:5:3", readings: 1 },
  many: {
    words: `-s 60 ${Array.from({ length: 12 }, (_, k) => `DS:s${k}:ABSOLUTE:120:0:U`).join(" ")} RRA:AVERAGE:0.5:1:20 RRA:AVERAGE:0.5:6:20 RRA:MIN:0.5:24:9`,
    readings: 12,
  },
  computed: {
    words:
      "-s 10 DS:a:GAUGE:60:U:U DS:k:COMPUTE:a,2,*,a,UN,0,a,IF,+ DS:d:DCOUNTER:60:U:1e6 RRA:LAST:0.5:1:6 RRA:MIN:0.5:2:3",
    readings: 2,
  },
  forecast: {
    words:
      "-s 10 DS:a:GAUGE:60:U:U DS:b:GAUGE:60:U:U RRA:AVERAGE:0.5:1:5 RRA:HWPREDICT:8:0.1:0.0035:4:3 RRA:SEASONAL:4:0.1:2 RRA:DEVSEASONAL:4:0.1:2 RRA:DEVPREDICT:6:4 RRA:FAILURES:6:3:5:4",
    readings: 2,
  },
};

/** Good files of every sort; what is random in their making is fixed. */
export function sampleFiles(folder: string): readonly SampleFile[] {
  const files: { name: string; bytes: Buffer }[] = Object.entries(created).map(
    ([name, { words, readings }]) => {
      const path = join(folder, `${name}.rrd`);
      const { definition } = unwrap(parseCreateArguments([...words.split(" "), "-b", String(START)], START));
      const startRows = definition.archives.map((_, index) => index % 2);
      unwrap(createRrd(path, definition, { startRows, smoothingName: name, durable: false }));
      const rrd = unwrap(openRrd(path, { mode: "write", farthestAhead: Number.POSITIVE_INFINITY }));
      for (let k = 1; k < 25; k++) {
        const values = Array.from({ length: readings }, (_, at) => ((k * k + at) % 17) + k * at * 10);
        unwrap(rrd.updateArguments([`${START + 7 * k}:${values.join(":")}`]));
      }
      rrd.close();
      return { name, bytes: readFileSync(path) };
    },
  );
  for (const [machine, target] of Object.entries(targets)) {
    files.push({ name: machine, bytes: encode(elsewhere(3), target) });
    files.push({ name: `${machine}, version 1`, bytes: encode(elsewhere(1), target) });
  }
  return files.map((file) => ({ ...file, fields: fieldsOf(file.bytes) }));
}

function elsewhere(version: number): Logical {
  const state = [0, { count: 0 }, 0, 0, 0, 0, 0, 0, 5, 6];
  const source = (name: string) => ({
    name,
    type: "GAUGE",
    parameters: [{ count: 60 }, Number.NaN, Number.NaN],
    lastReading: "5",
    scratch: [{ count: 0 }, 10],
  });
  const archive = (cf: string, pdpPerRow: number, rows: number) => ({
    cf,
    pdpPerRow,
    parameters: [0.5],
    states: [state, state],
    currentRow: 1,
    rows: Array.from({ length: rows }, (_, row) => [row, Number.NaN]),
  });
  return {
    version,
    step: 10,
    lastUpdate: START + 60,
    microseconds: 0,
    sources: [source("a"), source("b")],
    archives: [archive("AVERAGE", 1, 6), archive("MAX", 2, 3)],
  };
}
