import { spawnSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { describe, test } from "vitest";

const ci = process.env.CI === "true";

/** A suite that needs a program that is there and may do its work; where CI=true promises a complete machine it fails without. */
export function describeWithTool(
  probe: readonly [string, ...string[]],
  title: string,
  suite: () => void,
): void {
  const [tool, ...words] = probe;
  if (spawnSync(tool, words).status === 0) {
    describe(title, suite);
    return;
  }
  if (ci) {
    describe(title, () => {
      test(`needs ${tool}`, () => {
        throw new Error(`${tool} is missing or does not work here, and with CI=true nothing is skipped`);
      });
    });
    return;
  }
  console.warn(`SKIPPED: "${title}" needs ${tool}, which is missing or does not work here`);
  describe.skip(title, suite);
}

/** A suite on a file system of its own, `folder`, of 64 KiB; only root may make one. */
export function describeOnSmallDisk(folder: string, title: string, suite: () => void): void {
  mkdirSync(folder, { recursive: true });
  const mounted = spawnSync("mount", ["-t", "tmpfs", "-o", "size=64k", "tmpfs", folder], {
    encoding: "utf8",
  });
  if (mounted.status === 0) {
    spawnSync("umount", [folder]);
    describe(title, suite);
    return;
  }
  console.warn(`SKIPPED: "${title}" needs to mount a file system, as root: ${mounted.stderr?.trim()}`);
  describe.skip(title, suite);
}
