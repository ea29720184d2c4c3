#!/usr/bin/env node
"use strict";
// Written for old versions of Node.js too: its one task is to get to one that can run the rest.
const path = require("node:path");

const oldest = 24;

if (Number.parseInt(process.versions.node, 10) >= oldest) start();
else startWithNewerNode();

function start() {
  // Compiled code is kept from run to run; where the folder cannot be written Node goes on without it.
  if (!process.env.NODE_COMPILE_CACHE) {
    const home = process.env.HOME || require("node:os").homedir();
    const cache = process.env.XDG_CACHE_HOME || path.join(home, ".cache");
    require("node:module").enableCompileCache(path.join(cache, "procblock"));
  }
  try {
    require("../dist/cli.cjs");
  } catch (error) {
    if (error?.code === "MODULE_NOT_FOUND" && /dist.cli\.cjs/.test(error.message)) {
      fail("procblock is not built yet: run npm run build");
    }
    throw error;
  }
}

function startWithNewerNode() {
  const node = findNode();
  if (node === undefined) {
    fail(`procblock needs Node.js ${oldest} or newer; this is ${process.version}`);
  }
  const child = require("node:child_process").spawn(node, [...process.execArgv, ...process.argv.slice(1)], {
    stdio: "inherit",
    // What is sent to the whole process group reaches the child twice: directly, and sent on by us.
    env: { ...process.env, PROCBLOCK_SIGNALS_COME_TWICE: "1" },
  });
  const onTerminal = process.stdin.isTTY || process.stdout.isTTY || process.stderr.isTTY;
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) {
    process.on(signal, () => {
      // A terminal sends Ctrl-C to both of us already; sent on, it would count as the second one.
      if (signal !== "SIGINT" || !onTerminal) child.kill(signal);
    });
  }
  child.on("error", (error) => fail(`cannot start ${node}: ${error.message}`));
  child.on("exit", (code, signal) => {
    process.exit(code === null ? 128 + (require("node:os").constants.signals[signal] || 0) : code);
  });
}

/** The `node` package of npm, inside this package or beside it: a checkout brings its own Node.js. */
function findNode() {
  const { accessSync, constants, readFileSync } = require("node:fs");
  const binary = process.platform === "win32" ? "node.exe" : "node";
  for (const modules of [path.join(__dirname, "..", "node_modules"), path.join(__dirname, "..", "..")]) {
    const home = path.join(modules, "node");
    try {
      const { version } = JSON.parse(readFileSync(path.join(home, "package.json"), "utf8"));
      const file = path.join(home, "bin", binary);
      accessSync(file, constants.X_OK);
      if (Number.parseInt(version, 10) >= oldest) return file;
    } catch {
      // The next place, then.
    }
  }
  return undefined;
}

function fail(message) {
  process.stderr.write(`${message}\n`);
  process.exit(2);
}
