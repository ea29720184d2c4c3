import { statSync } from "node:fs";
import { open } from "node:fs/promises";
import { resolve } from "node:path";
import { type EpochSeconds, failed, ok, type Problem, problem, type Result } from "../../base/index.ts";
import { calendarOf } from "../calendar.ts";
import { sceneToPng } from "../png.ts";
import { sceneToSvg } from "../svg.ts";
import { compute } from "./compute.ts";
import { type CommandScene, drawCommand } from "./draw-command.ts";
import { GraphFault } from "./element-words.ts";
import type { Element } from "./elements.ts";
import { infoLines } from "./graph-info.ts";
import type { GraphSettings } from "./graph-settings.ts";
import { imageInfoText } from "./image-info.ts";
import { legendEntries } from "./legend-entries.ts";
import { parseElements } from "./parse-elements.ts";
import { readSettings } from "./read-settings.ts";

export interface RrdGraphOptions {
  /** What `now` means in times of the arguments. */
  readonly now: EpochSeconds;
  /** Relative file names are meant from here. */
  readonly cwd: string;
  /** IANA name for the time axis and `strftime` texts; default that of the process, which at-style times always use. */
  readonly timeZone?: string | undefined;
}

export interface RrdGraphAnswer {
  /** The picture; none where nothing is drawn, the output name is empty, or `--lazy` finds it still true. */
  readonly bytes?: Uint8Array;
  readonly mime?: string;
  /** The file name as given; "-" is standard output. */
  readonly out: string;
  /** What `rrdtool graph` prints: the size `WIDTHxHEIGHT` (or what `--imginfo` says), then what PRINT says. */
  readonly text: string;
  /** What `rrdtool graphv` prints as `key = value`, in its order, the picture itself left out. */
  readonly info: readonly (readonly [key: string, value: string])[];
}

/**
 * `rrdtool graph` and `graphv`: `args` are its words after the verb, the output's name first. Everything a command line
 * can be wrong in is a problem (`rrd-arguments`, `rrd-time`, and those of reading RRD files); what is done differently
 * than asked is a warning (`rrd-graph-option`). Nothing is written.
 */
export async function rrdGraph(
  args: readonly string[],
  options: RrdGraphOptions,
): Promise<Result<RrdGraphAnswer>> {
  try {
    return await makeGraph(args, options);
  } catch (error) {
    return faultProblem(error);
  }
}

async function makeGraph(args: readonly string[], options: RrdGraphOptions): Promise<Result<RrdGraphAnswer>> {
  const read = readSettings(args, options.now);
  if (!read.ok) return read;
  const settings = read.value;
  const elements = parseElements(settings.elements);
  const calendar = calendarOf(options.timeZone);
  const now = Math.floor(options.now);
  const step = Math.max(settings.step, Math.floor((settings.end - settings.start) / settings.width));
  const { start, end, missingIsUnknown, out } = settings;
  const computed = compute(elements, { cwd: options.cwd, start, end, now, step, missingIsUnknown, calendar });
  if (!computed.ok) return computed;
  const content = legendEntries(elements, computed.value, settings, { calendar, now });
  const warnings = settings.notes.map((note) => noteProblem(note));
  const prints = content.prints.map((text) => `${text}\n`).join("");
  if (!elements.some(isSeen)) {
    const size = content.prints.length > 0 || out === "" ? "0x0\n" : "";
    return ok({ out, text: size + prints, info: infoLines(settings, content, undefined) }, warnings);
  }
  const drawn = drawCommand(settings, elements, computed.value, content, options.timeZone);
  const info = infoLines(settings, content, drawn);
  const { width, height } = drawn.scene;
  const text = `${imageInfoText(settings, width, height)}\n${prints}`;
  if (out === "" || (settings.lazy && (await isStillTrue(settings, options, now)))) {
    return ok({ out, text: out === "" ? `0x0\n${prints}` : text, info }, warnings);
  }
  return ok({ ...(await picture(settings, drawn)), out, text, info }, warnings);
}

/** Definitions and prints alone make no picture. */
function isSeen({ kind }: Element): boolean {
  return ["LINE", "AREA", "TICK", "HRULE", "VRULE", "GPRINT"].includes(kind);
}

async function picture(
  { format }: GraphSettings,
  { scene }: CommandScene,
): Promise<{ bytes: Uint8Array; mime: string }> {
  return format === "PNG"
    ? { bytes: await sceneToPng(scene), mime: "image/png" }
    : { bytes: new TextEncoder().encode(sceneToSvg(scene)), mime: "image/svg+xml" };
}

/** With `--lazy`: the picture that is there is younger than one of its pixels is wide. */
async function isStillTrue(
  { out, start, end, width }: GraphSettings,
  { cwd }: RrdGraphOptions,
  now: number,
): Promise<boolean> {
  if (out === "-") return false;
  const path = resolve(cwd, out);
  const status = statSync(path, { throwIfNoEntry: false });
  if (status === undefined || !status.isFile() || status.size === 0) return false;
  if (now - status.mtimeMs / 1000 > (end - start) / width) return false;
  await using file = await open(path, "r");
  const head = Buffer.alloc(8);
  await file.read(head, 0, head.length, 0);
  // What a picture begins with: PNG's mark, or an SVG element.
  return head.toString("latin1", 1, 4) === "PNG" || head.toString("latin1", 0, 4) === "<svg";
}

function noteProblem(note: string): Problem {
  return problem("rrd-graph-option", note, { severity: "warning" });
}

/** What an argument can be wrong in is a problem; anything else is ours and thrown on. */
export function faultProblem(error: unknown): Result<never> {
  if (error instanceof GraphFault) return failed(problem("rrd-arguments", error.message));
  throw error;
}
