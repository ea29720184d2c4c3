import { failed, ok, problem, type Result } from "../base/index.ts";
import { Header } from "./header.ts";
import { KnownTimes } from "./known-time.ts";
import { archiveSection, staticHead } from "./layout.ts";
import { carryOpenStep, carryRowState } from "./migrate-header.ts";
import type { StorageFile } from "./storage.ts";
import { writeUnsigned } from "./words.ts";

/**
 * The header of the same file with a shorter step, which divides the one it has: rows keep their time and their place,
 * and take more steps. Other than with rrdtool what has been gathered of open rows and of the open step still stands
 * for the time in which it was gathered. Problems: `rrd-arguments`.
 */
export function refineStep(file: StorageFile, old: Header, step: number): Result<Header> {
  if (step === old.step) return ok(old);
  // The spelling is rrdtool's.
  if (old.step % step !== 0)
    return refuse(
      "invalid 'newstep' parameter. The newsize must divide the old step parameter without a remainder.",
    );
  if (old.archives.some(({ forecast }) => forecast !== undefined))
    return refuse("the step of a file with forecasts cannot be changed: they fit one step only");
  const factor = old.step / step;
  const bytes = new Uint8Array(new ArrayBuffer(old.bytes.length));
  bytes.set(old.bytes);
  const archives = old.archives.map((archive) => ({ ...archive, pdpPerRow: archive.pdpPerRow * factor }));
  const { layout, formatVersion, dataSources } = old;
  const header = new Header(bytes, layout, { formatVersion, step, dataSources, archives });
  writeUnsigned(header.words, staticHead.at.step / 8, step);
  archives.forEach(({ pdpPerRow }, index) => {
    const at = layout.archives + index * archiveSection.size + archiveSection.at.pdpPerRow;
    writeUnsigned(header.words, at / 8, pdpPerRow);
  });
  const known = new KnownTimes(file, old);
  header.archives.forEach((archive, index) => {
    carryRowState(old, header, archive, index, known);
  });
  carryOpenStep(old, header, known);
  return ok(header);
}

function refuse(message: string): Result<never> {
  return failed(problem("rrd-arguments", message));
}
