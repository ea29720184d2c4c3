import { type Dirent, readdirSync } from "node:fs";
import { basename, join, relative } from "node:path";
import { statusOf } from "../store/file-status.ts";
import { type ProtocolCommand, refusal, usageOf, withLines } from "./command.ts";

const MOST = 1_000_000;

export const list: ProtocolCommand = {
  usage: "LIST [RECURSIVE] /[<path>]",
  help: [
    "Lists the RRD files and folders of a folder; the base folder is /.",
    "RECURSIVE: the RRD files below it.",
  ],
  inBatch: false,
  answer({ base }, words) {
    const recursive = words[0]?.toUpperCase() === "RECURSIVE";
    const name = words[recursive ? 1 : 0];
    if (name === undefined || !name.startsWith("/")) return usageOf(list);
    const shown = `${base.path}${name}`;
    const path = /^\/+$/.test(name) ? base.path : base.locate(`.${name}`);
    if (path === undefined || !base.contains(path)) return refusal(`List ${shown}: Permission denied`);
    const status = statusOf(path);
    if (typeof status === "number") return refusal(`List ${shown}: stat failed with error ${status}.`);
    if (status === undefined) return refusal(`List ${shown}: No such file or directory`);
    if (status.isFile()) return withLines("RRDs", [basename(path)]);
    const found: string[] = [];
    gather(path, path, recursive, found);
    return withLines("RRDs", found.sort());
  },
};

function gather(root: string, folder: string, recursive: boolean, found: string[]): void {
  let entries: Dirent[];
  try {
    entries = readdirSync(folder, { withFileTypes: true });
  } catch {
    return;
  }
  for (const entry of entries) {
    if (found.length >= MOST) return;
    const path = join(folder, entry.name);
    if (entry.name.includes("\n")) continue;
    if (entry.isDirectory()) {
      if (recursive) gather(root, path, true, found);
      else found.push(entry.name);
    } else if (entry.isFile() && entry.name.endsWith(".rrd")) found.push(relative(root, path));
  }
}
