import { failed, ok, type Result } from "../base/index.ts";
import { parameterFields, stateFields, WINDOW_LENGTH_SLOT } from "./dump-fields.ts";
import { dumpNumber } from "./dump-number.ts";
import type { FixedArchive, Header } from "./header.ts";
import { nodeStorage } from "./node-storage.ts";
import { openFile } from "./open-file.ts";
import { quietly } from "./place-new-file.ts";
import { readHeader } from "./read-header.ts";
import { storageProblem } from "./rrd-problems.ts";
import type { Storage, StorageFile } from "./storage.ts";
import { readWhole } from "./whole-io.ts";
import { LocalStamps } from "./zone-abbreviation.ts";

export interface DumpOptions {
  /** What stands before the data: a document type (as rrdtool does when not asked), a schema, or nothing. */
  readonly header?: "dtd" | "xsd" | "none" | undefined;
  readonly storage?: Storage | undefined;
}

/** Rows are read in pieces of about this size; bytes. */
const PIECE = 64 * 1024;

/**
 * Writes the file as XML, byte for byte as `rrdtool dump` does, in pieces of bounded size. Values have eleven digits, so
 * what is restored from it is not quite the same file. Times in the comments are local. Problems: those of opening.
 */
export function dumpRrd(
  path: string,
  options: DumpOptions,
  /** Takes Latin-1 text: one character per byte. */
  write: (text: string) => void,
): Result<void> {
  const { storage = nodeStorage } = options;
  const opened = openFile(path, "copy", storage);
  if (!opened.ok) return opened;
  const file = opened.value;
  try {
    const read = readHeader(file, path);
    if (!read.ok) return read;
    const header = read.value;
    const stamps = new LocalStamps();
    write(`${opening(options.header ?? "dtd")}${generalText(header, stamps)}`);
    header.archives.forEach((archive, index) => {
      write(archiveText(header, archive, index));
      writeRows(header, file, archive, header.currentRow(index), stamps, write);
      write("\t\t</database>\n\t</rra>\n");
    });
    write("</rrd>\n");
    return ok(undefined);
  } catch (error) {
    return failed(storageProblem(path, "dump", error));
  } finally {
    quietly(() => file.close());
  }
}

const SITE = "https://oss.oetiker.ch/rrdtool";

function opening(kind: "dtd" | "xsd" | "none"): string {
  const declaration = `<?xml version="1.0" encoding="utf-8"?>\n`;
  const title = "<!-- Round Robin Database Dump -->\n";
  switch (kind) {
    case "none":
      return `${title}<rrd>\n`;
    case "dtd":
      return `${declaration}<!DOCTYPE rrd SYSTEM "${SITE}/rrdtool.dtd">\n${title}<rrd>\n`;
    case "xsd":
      return `${declaration}${title}<rrd xmlns="${SITE}/rrdtool-dump.xml" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"\n\txsi:schemaLocation="${SITE}/rrdtool-dump.xml ${SITE}/rrdtool-dump.xsd">\n`;
  }
}

function generalText(header: Header, stamps: LocalStamps): string {
  const { lastUpdate, step } = header;
  const lines = [
    `\t<version>${header.formatVersion <= 3 ? "0003" : header.version}</version>`,
    `\t<step>${step}</step> <!-- Seconds -->`,
    `\t<lastupdate>${lastUpdate}</lastupdate> <!-- ${stamps.at(lastUpdate)} -->`,
    "",
  ];
  header.dataSources.forEach((source, index) => {
    lines.push("\t<ds>", `\t\t<name> ${source.name} </name>`, `\t\t<type> ${source.type} </type>`);
    if (source.expression !== undefined) lines.push(`\t\t<cdef> ${source.expression.text} </cdef>`);
    else
      lines.push(
        `\t\t<minimal_heartbeat>${source.heartbeat}</minimal_heartbeat>`,
        `\t\t<min>${dumpNumber(source.min)}</min>`,
        `\t\t<max>${dumpNumber(source.max)}</max>`,
      );
    lines.push(
      "",
      "\t\t<!-- PDP Status -->",
      `\t\t<last_ds>${header.lastReading(index)}</last_ds>`,
      `\t\t<value>${dumpNumber(header.value(index))}</value>`,
      `\t\t<unknown_sec> ${header.unknownSeconds(index)} </unknown_sec>`,
      "\t</ds>",
      "",
    );
  });
  return `${lines.join("\n")}\n\t<!-- Round Robin Archives -->\n`;
}

function archiveText(header: Header, archive: FixedArchive, index: number): string {
  const { cf, pdpPerRow } = archive;
  const lines = [
    "\t<rra>",
    `\t\t<cf>${cf}</cf>`,
    `\t\t<pdp_per_row>${pdpPerRow}</pdp_per_row> <!-- ${pdpPerRow * header.step} seconds -->`,
    "",
    "\t\t<params>",
  ];
  const parameters = header.archiveParameterAt(index, 0);
  const element = (tag: string, kind: "number" | "count", word: number) =>
    `<${tag}>${kind === "number" ? dumpNumber(header.double(word)) : header.unsigned(word)}</${tag}>`;
  for (const { tag, slot, kind, sinceVersion = 0 } of parameterFields[cf]) {
    if (header.formatVersion >= sinceVersion) lines.push(`\t\t${element(tag, kind, parameters + slot)}`);
  }
  lines.push("\t\t</params>", "\t\t<cdp_prep>");
  for (let source = 0; source < header.dataSources.length; source++) {
    const state = header.stateAt(index, source);
    lines.push("\t\t\t<ds>");
    for (const { tag, slot, kind } of stateFields[cf])
      lines.push(`\t\t\t${element(tag, kind, state + slot)}`);
    if (cf === "FAILURES") {
      const length = header.unsigned(parameters + WINDOW_LENGTH_SLOT);
      const history = header.bytes.subarray(state * 8, state * 8 + length);
      lines.push(`\t\t\t<history>${[...new Int8Array(history)].join("")}</history>`);
    }
    lines.push("\t\t\t</ds>");
  }
  return `${lines.join("\n")}\n\t\t</cdp_prep>\n\t\t<database>\n`;
}

function writeRows(
  header: Header,
  file: StorageFile,
  archive: FixedArchive,
  current: number,
  stamps: LocalStamps,
  write: (text: string) => void,
): void {
  const sources = header.dataSources.length;
  const secondsPerRow = archive.pdpPerRow * header.step;
  const newest = header.lastUpdate - (header.lastUpdate % secondsPerRow);
  let time = newest - (archive.rows - 1) * secondsPerRow;
  const most = Math.max(1, Math.floor(PIECE / (8 * sources)));
  const bytes = new Uint8Array(new ArrayBuffer(Math.min(archive.rows, most) * sources * 8));
  const values = new Float64Array(bytes.buffer);
  for (let done = 0; done < archive.rows; ) {
    const row = (current + 1 + done) % archive.rows;
    const count = Math.min(most, archive.rows - done, archive.rows - row);
    if (!readWhole(file, bytes.subarray(0, count * sources * 8), archive.dataStart + row * sources * 8))
      throw new Error("the file ended early");
    let text = "";
    for (let index = 0; index < count; index++) {
      text += `\t\t\t<!-- ${stamps.at(time)} / ${time} --> <row>`;
      for (let source = 0; source < sources; source++)
        text += `<v>${dumpNumber(values[index * sources + source] as number)}</v>`;
      text += "</row>\n";
      time += secondsPerRow;
    }
    write(text);
    done += count;
  }
}
