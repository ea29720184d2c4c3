import { existsSync } from "node:fs";
import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { failed, ok, problem, type Result } from "../base/index.ts";
import { graphWindow, otherFiles } from "./column-requests.ts";
import { graphFormat } from "./definition.ts";
import { drawGraph } from "./draw-graph.ts";
import type { Painted, PaintRequest } from "./painter-messages.ts";
import { rrdLastUpdate, rrdSeriesSource } from "./rrd-series.ts";

const MOST_REMEMBERED = 10_000;
let serial = 0;

/** Paints pictures into files and remembers what each shows, so that an unchanged one is not painted again. */
export class FilePainter {
  readonly #shown = new Map<string, string>();

  async paint(request: PaintRequest): Promise<Result<Painted>> {
    const started = performance.now();
    const { rrdFile, definition, period, now, out } = request;
    const folder = request.folder ?? dirname(rrdFile);
    const updates: number[] = [];
    for (const file of [rrdFile, ...otherFiles(definition).map((one) => resolve(folder, one))]) {
      const lastUpdate = rrdLastUpdate(file);
      if (!lastUpdate.ok) return lastUpdate;
      updates.push(lastUpdate.value);
    }
    const { end } = graphWindow(definition, period, now);
    const shows = JSON.stringify([rrdFile, updates, end, period, definition]);
    const seconds = () => (performance.now() - started) / 1000;
    if (this.#shown.get(out) === shows && existsSync(out)) return ok({ drawn: false, seconds: seconds() });
    const picture = await drawGraph(definition, rrdSeriesSource(rrdFile, folder), {
      now,
      period,
      format: graphFormat(out),
    });
    if (!picture.ok) return picture;
    const written = await replaceFile(out, picture.value.bytes);
    if (!written.ok) return written;
    this.#remember(out, shows);
    return ok({ drawn: true, seconds: seconds() });
  }

  #remember(out: string, shows: string): void {
    this.#shown.delete(out);
    this.#shown.set(out, shows);
    const oldest = this.#shown.keys().next();
    if (this.#shown.size > MOST_REMEMBERED && oldest.done !== true) this.#shown.delete(oldest.value);
  }
}

/** Readers (a web server, say) see the old picture or the new one, never half of one. */
async function replaceFile(path: string, bytes: Uint8Array): Promise<Result<void>> {
  const temporary = join(dirname(path), `.${basename(path)}.${process.pid}-${++serial}.tmp`);
  try {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(temporary, bytes);
    await rename(temporary, path);
    return ok(undefined);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    const reason = error instanceof Error ? error.message : String(error);
    return failed(problem("graph-not-written", `cannot write the graph "${path}": ${reason}`));
  }
}
