/**
 * `npm test`: all set-up, the build, every test, coverage of src/, and a closing line `N passed, N failed, N skipped`.
 *
 * Some suites compare with real programs. Where one is missing it is installed (as root on Debian), else those suites
 * are skipped and listed at the end; with `CI=true` a missing one is a failure.
 *
 *     npm test -- [vitest arguments]
 */
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

interface Tool {
  readonly name: string;
  readonly packages: readonly string[];
  readonly suites: string;
  found(): boolean;
}

const root = fileURLToPath(new URL("..", import.meta.url));
const isCi = process.env.CI === "true";

const tools: readonly Tool[] = [
  {
    name: "rrdtool",
    packages: ["rrdtool"],
    suites: "files compared with the real rrdtool",
    found: () => runs("rrdtool", ["--version"]),
  },
  {
    name: "rrdcached",
    packages: ["rrdcached"],
    suites: "the protocol compared with the real rrdcached",
    found: () => existsSync("/usr/bin/rrdcached") || runs("rrdcached", ["-h"]),
  },
  {
    name: "collectd",
    packages: ["collectd-core"],
    suites: "going on with files that the real collectd made",
    found: () => existsSync("/usr/sbin/collectd") || existsSync("/usr/local/sbin/collectd"),
  },
  {
    name: "collectd",
    packages: ["collectd-core"],
    suites: "collectd as a client of our rrdcached",
    found: () => existsSync("/usr/sbin/collectd"),
  },
  {
    name: "python3",
    packages: ["python3"],
    suites: "scripts in Python",
    found: () => runs("python3", ["--version"]),
  },
  {
    name: "redis-server",
    packages: ["redis-server"],
    suites: "streams of a real Redis",
    found: () => runs("redis-server", ["--version"]),
  },
  {
    name: "strace",
    packages: ["strace"],
    suites: "calls that the system lets fail",
    found: () => runs("strace", ["--version"]),
  },
  {
    name: "prlimit",
    packages: ["util-linux"],
    suites: "limits on files of a process",
    found: () => runs("prlimit", ["--version"]),
  },
  {
    name: "prometheus",
    packages: ["prometheus"],
    suites: "remote write to, and scrapes by, a real Prometheus",
    found: () => runs("prometheus", ["--version"]),
  },
  {
    name: "influxd",
    packages: ["influxdb"],
    suites: "line protocol to a real InfluxDB",
    found: () => runs("influxd", ["version"]),
  },
  {
    name: "carbon-cache",
    packages: ["graphite-carbon"],
    suites: "whisper files of a real carbon-cache",
    found: () => runs("which", ["carbon-cache"]) && runs("which", ["whisper-fetch"]),
  },
  {
    // Debian has no OpenTSDB; this is a store that takes its protocol, in one program.
    name: "victoria-metrics",
    packages: ["victoria-metrics"],
    suites: "OpenTSDB put, Graphite tags and line protocol over TCP to a real store",
    found: () => runs("victoria-metrics", ["-version"]),
  },
  {
    name: "DejaVu fonts",
    packages: ["fonts-dejavu-core"],
    suites: "text in pictures",
    found: () =>
      existsSync("/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf") || runs("fc-match", ["DejaVu Sans"]),
  },
];

process.exit(main());

function main(): number {
  const missing = setUp();
  if (missing.length > 0 && isCi) {
    console.error(`With CI=true nothing may be missing: ${missing.map(({ name }) => name).join(", ")}`);
    console.log("0 passed, 1 failed, 0 skipped");
    return 1;
  }
  const built = spawnSync(process.execPath, [join(root, "build/build.ts")], { cwd: root, stdio: "inherit" });
  if (built.status !== 0) {
    console.log("0 passed, 1 failed, 0 skipped");
    return 1;
  }
  const report = join(root, "test/artifacts/results.json");
  rmSync(report, { force: true });
  const vitest = join(dirname(createRequire(import.meta.url).resolve("vitest/package.json")), "vitest.mjs");
  const asked = process.argv.slice(2);
  const done = spawnSync(
    process.execPath,
    [
      vitest,
      "run",
      ...(asked.length === 0 ? ["--coverage"] : asked),
      "--reporter=default",
      "--reporter=json",
      `--outputFile.json=${report}`,
    ],
    { cwd: root, stdio: "inherit" },
  );
  return close(done.status ?? 1, report, missing);
}

/** Installs what is missing if that is ours to do; returns what still is. */
function setUp(): Tool[] {
  const missing = tools.filter((tool) => !tool.found());
  if (missing.length === 0) return [];
  const isDebianRoot = process.getuid?.() === 0 && existsSync("/etc/debian_version");
  if (!isDebianRoot) return missing;
  const packages = missing.flatMap((tool) => tool.packages);
  console.log(`installing ${packages.join(", ")} …`);
  // Packages must not start the servers they bring: tests start their own, on other ports. At run level 1 they do not,
  // and where systemd runs, this file forbids it.
  const environment = { ...process.env, DEBIAN_FRONTEND: "noninteractive", RUNLEVEL: "1" };
  const policy = "/usr/sbin/policy-rc.d";
  const isOurs = !existsSync(policy);
  if (isOurs) writeFileSync(policy, "#!/bin/sh\nexit 101\n", { mode: 0o755 });
  const apt = (...words: string[]) =>
    spawnSync("apt-get", ["-qq", ...words], { env: environment, stdio: ["ignore", "ignore", "inherit"] });
  try {
    apt("update");
    apt("install", "-y", "--no-install-recommends", ...packages);
  } finally {
    if (isOurs) rmSync(policy);
  }
  return missing.filter((tool) => !tool.found());
}

function runs(command: string, argv: readonly string[]): boolean {
  return spawnSync(command, argv, { stdio: "ignore" }).status === 0;
}

interface Report {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numFailedTestSuites: number;
  readonly numPendingTests: number;
  readonly numTodoTests: number;
  readonly testResults: readonly {
    readonly name: string;
    readonly assertionResults: readonly { readonly status: string; readonly fullName: string }[];
  }[];
}

/** The last lines: what was not tested, then the count alone on its line. */
function close(status: number, file: string, missing: readonly Tool[]): number {
  let report: Report;
  try {
    report = JSON.parse(readFileSync(file, "utf8")) as Report;
  } catch {
    console.log("0 passed, 1 failed, 0 skipped");
    return 1;
  }
  const skipped = report.testResults.flatMap((suite) =>
    suite.assertionResults
      .filter((test) => test.status !== "passed" && test.status !== "failed")
      .map((test) => `${suite.name.replace(root, "")}: ${test.fullName}`),
  );
  if (missing.length > 0) {
    console.log("\nNOT INSTALLED HERE, so these suites did not run:");
    for (const { name, packages, suites } of missing) {
      console.log(`  ${name} (Debian: ${packages.join(" ")}): ${suites}`);
    }
  }
  if (skipped.length > 0) {
    console.log("\nSKIPPED:");
    for (const line of skipped) console.log(`  ${line}`);
  }
  // A file that does not load has no tests to count.
  const unloadable = report.testResults.filter((suite) => suite.assertionResults.length === 0).length;
  const brokenFiles = status !== 0 ? unloadable : 0;
  const failed = Math.max(report.numFailedTests + brokenFiles, status === 0 ? 0 : 1);
  console.log(`\n${report.numPassedTests} passed, ${failed} failed, ${skipped.length} skipped`);
  return failed === 0 && status === 0 ? 0 : 1;
}
