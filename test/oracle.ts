import { spawnSync } from "node:child_process";
import { describe, test } from "vitest";

/** The real rrdtool, which knows best what its files are. */
export interface Answer {
  readonly status: number | null;
  readonly stdout: string;
  /** Without the line end. */
  readonly error: string;
}

export function rrdtool(words: readonly string[], options: { readonly cwd?: string } = {}): Answer {
  const { status, stdout, stderr } = spawnSync("rrdtool", words, {
    encoding: "utf8",
    env: { ...process.env, TZ: "UTC", LC_ALL: "C" },
    maxBuffer: 64 * 1024 * 1024,
    ...options,
  });
  return { status, stdout, error: stderr.trim() };
}

const missing = spawnSync("rrdtool", ["--version"]).error !== undefined;

/**
 * A suite that compares with rrdtool. Without rrdtool it is skipped, loudly; where CI=true promises a complete machine,
 * it fails.
 */
export function describeWithRrdtool(title: string, suite: () => void): void {
  if (!missing) {
    describe(title, suite);
    return;
  }
  if (process.env.CI === "true") {
    describe(title, () => {
      test("needs rrdtool", () => {
        throw new Error(
          "rrdtool is not installed (apt-get install rrdtool), and with CI=true nothing is skipped",
        );
      });
    });
    return;
  }
  console.warn(`SKIPPED: "${title}" needs rrdtool, which is not installed (apt-get install rrdtool)`);
  describe.skip(title, suite);
}
