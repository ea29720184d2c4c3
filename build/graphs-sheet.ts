/**
 * Draws the command lines of the corpus twice, by us at the left and by rrdtool at the right, in one picture:
 * `test/artifacts/graphs-sheet.png`.
 *
 *     npm run graphs:sheet
 */
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { createCanvas, type Image, loadImage } from "@napi-rs/canvas";
import type { EpochSeconds } from "../src/base/index.ts";
import { rrdGraph } from "../src/graph/index.ts";
import { commands } from "../test/graph/corpus/commands.ts";
import { makeCorpusFiles, NOW } from "../test/graph/corpus/files.ts";

const GAP = 16;
const HEAD = 22;
const COLUMNS = 2;

const folder = mkdtempSync(join(tmpdir(), "procblock-sheet-"));
try {
  makeCorpusFiles(folder);
  const pairs: { title: string; ours: Image; theirs: Image }[] = [];
  for (const { title, args, sheet } of commands) {
    if (sheet !== true) continue;
    const answer = await rrdGraph(["-", ...args], { now: NOW as EpochSeconds, cwd: folder, timeZone: "UTC" });
    if (!answer.ok) throw new Error(`${title}: ${answer.problems.map(({ message }) => message).join("; ")}`);
    const file = join(folder, "theirs.png");
    const { status, stderr } = spawnSync("rrdtool", ["graph", file, ...args], {
      cwd: folder,
      encoding: "utf8",
      env: { ...process.env, TZ: "UTC", LC_ALL: "C.UTF-8" },
    });
    if (status !== 0) throw new Error(`${title}: ${stderr}`);
    const ours = await loadImage(Buffer.from(answer.value.bytes ?? []));
    pairs.push({ title, ours, theirs: await loadImage(readFileSync(file)) });
  }
  const widest = Math.max(...pairs.map(({ ours, theirs }) => ours.width + GAP + theirs.width));
  const rows: (typeof pairs)[] = [];
  for (let at = 0; at < pairs.length; at += COLUMNS) rows.push(pairs.slice(at, at + COLUMNS));
  const heights = rows.map((row) => {
    return HEAD + Math.max(...row.map(({ ours, theirs }) => Math.max(ours.height, theirs.height))) + GAP;
  });
  const canvas = createCanvas(
    COLUMNS * (widest + 2 * GAP) + GAP,
    heights.reduce((sum, one) => sum + one, GAP),
  );
  const context = canvas.getContext("2d");
  context.fillStyle = "#d8dce2";
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.font = "bold 12px 'DejaVu Sans', sans-serif";
  let y = GAP;
  rows.forEach((row, index) => {
    row.forEach(({ title, ours, theirs }, column) => {
      const x = GAP + column * (widest + 2 * GAP);
      context.fillStyle = "#1b222c";
      context.fillText(title, x, y + 12);
      context.drawImage(ours, x, y + HEAD);
      context.drawImage(theirs, x + ours.width + GAP, y + HEAD);
    });
    y += heights[index] ?? 0;
  });
  const artifacts = fileURLToPath(new URL("../test/artifacts/", import.meta.url));
  mkdirSync(artifacts, { recursive: true });
  const path = join(artifacts, "graphs-sheet.png");
  writeFileSync(path, canvas.toBuffer("image/png"));
  console.log(`${pairs.length} graphs: ${path}`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
