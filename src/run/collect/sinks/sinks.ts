import { type Mapping, safeName } from "../../../base/index.ts";
import type { CheckedCollect } from "../definition.ts";
import { fillPathTemplate } from "../path-template.ts";
import type { CollectTarget } from "./parse-to.ts";
import type { Sink, SinkContext, SinkFigures, SinkSeries } from "./sink.ts";

/** A sink, and what one RRD file's values are called there. */
export interface Outlet {
  readonly sink: Sink;
  readonly series: SinkSeries;
}

/** The sinks of a collector; definitions that lead to the same store share one. */
export class Sinks {
  readonly #context: SinkContext;
  readonly #open = new Map<string, Sink>();

  constructor(context: SinkContext) {
    this.#context = context;
  }

  /** `{missing}`: which name the entry lacks. */
  outlet(
    { sink: definition, name, tags, file }: CollectTarget,
    collect: Pick<CheckedCollect, "fields" | "interval" | "archives">,
    key: string,
    entry: Mapping,
  ): Outlet | { readonly missing: string } {
    const same = (text: string) => text;
    const called = fillPathTemplate(name, key, entry, same);
    if ("missing" in called) return called;
    const filled: [string, string][] = [];
    for (const [tag, template] of tags) {
      const value = fillPathTemplate(template, key, entry, same);
      if ("missing" in value) return value;
      if (value.text !== "") filled.push([tag, value.text]);
    }
    let sink = this.#open.get(definition.key);
    if (sink === undefined) {
      sink = definition.open(this.#context);
      this.#open.set(definition.key, sink);
    }
    const dataSources = collect.fields.map(({ source }) => source);
    const fields = dataSources.map(({ name, type }) => ({ name, type }));
    const series = { name: called.text, tags: filled, fields };
    if (file === undefined) return { sink, series };
    const path = fillPathTemplate(file, key, entry, safeName);
    if ("missing" in path) return path;
    const { interval: step, archives } = collect;
    return { sink, series: { ...series, file: { path: path.text, step, dataSources, archives } } };
  }

  figures(): readonly SinkFigures[] {
    return [...this.#open.values()].map((sink) => sink.figures());
  }

  async close(grace: number): Promise<void> {
    await Promise.all([...this.#open.values()].map((sink) => sink.close(grace)));
  }
}
