import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { ProcessBlock } from "procblock";

/** Fails twice, then works. Each attempt may run in another worker, so they are counted in a file. */
export const processBlock: ProcessBlock = ({ cwd }) => {
  const file = join(cwd, `.moody-${process.pid}`);
  const attempts = existsSync(file) ? Number(readFileSync(file, "utf8")) + 1 : 1;
  if (attempts < 3) {
    writeFileSync(file, String(attempts));
    throw new Error(`in a bad mood (attempt ${attempts})`);
  }
  rmSync(file, { force: true });
  return { attempts };
};
