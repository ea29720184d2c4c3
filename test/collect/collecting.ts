import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  type EpochMilliseconds,
  Events,
  type Happening,
  ManualClock,
  type Mapping,
  ok,
} from "../../src/base/index.ts";
import type { PaintRequest } from "../../src/graph/index.ts";
import { openRrd } from "../../src/rrd/index.ts";
import {
  type CollectDefinition,
  type CollectorOptions,
  createCollector,
} from "../../src/run/collect/index.ts";
import { definitionOf } from "./checking.ts";

/** A whole second on the rows of most steps: 2023-11-14 22:13:20 UTC. */
export const startTime = 1_700_000_000;

/** A collector in a folder of its own with a clock that is moved by hand; pictures are only asked for, not painted. */
export class Collecting implements Disposable {
  readonly dir = mkdtempSync(join(tmpdir(), "collect-"));
  readonly clock = new ManualClock(startTime * 1000);
  readonly events = new Events();
  readonly happenings: Happening[] = [];
  readonly painted: PaintRequest[] = [];
  painterClosed = false;
  collector = this.another();

  constructor(options: Partial<CollectorOptions> = {}) {
    this.events.on((happening) => this.happenings.push(happening));
    this.collector = this.another(options);
  }

  another(options: Partial<CollectorOptions> = {}) {
    const painter = {
      paint: async (request: PaintRequest) => {
        this.painted.push(request);
        return ok({ drawn: true, seconds: 0.001 });
      },
      close: async () => {
        this.painterClosed = true;
      },
    };
    return createCollector({ clock: this.clock, events: this.events, painter: () => painter, ...options });
  }

  definition(value: Mapping, stepInterval: number | undefined = 5): CollectDefinition {
    return definitionOf(value, { dir: this.dir, stepInterval });
  }

  store(definition: CollectDefinition, result: Mapping): void {
    this.collector.store(definition, result, this.clock.wall() as EpochMilliseconds);
  }

  /** One sample now and one after each interval. */
  async run(definition: CollectDefinition, results: readonly Mapping[], seconds = 5): Promise<void> {
    for (const [index, result] of results.entries()) {
      if (index > 0) await this.clock.advance(seconds * 1000);
      this.store(definition, result);
    }
  }

  path(name: string): string {
    return join(this.dir, name);
  }

  /** What happened, as `type: text`, without single samples. */
  get told(): string[] {
    return this.happenings
      .filter(({ type }) => type !== "sample:stored" && type !== "graph:drawn")
      .map((one) => `${one.type}: ${tell(one)}`.replaceAll(`${this.dir}/`, ""));
  }

  /** The known rows of an archive: seconds after the start -> values. */
  rows(name: string, cf: "AVERAGE" | "MAX" = "AVERAGE"): Record<number, (number | null)[]> {
    const opened = openRrd(this.path(name), { mode: "read" });
    if (!opened.ok) throw new Error(opened.problems[0]?.message);
    const fetched = opened.value.fetch({
      cf,
      start: startTime - 60,
      end: Math.ceil(this.clock.wall() / 1000) + 60,
    });
    opened.value.close();
    if (!fetched.ok) throw new Error(fetched.problems[0]?.message);
    const { start, step, columns } = fetched.value;
    const rows: Record<number, (number | null)[]> = {};
    for (let row = 0; row < (columns[0]?.length ?? 0); row++) {
      const values = columns.map((column) => column[row] ?? Number.NaN);
      if (values.every(Number.isNaN)) continue;
      rows[start + (row + 1) * step - startTime] = values.map((value) =>
        Number.isNaN(value) ? null : value,
      );
    }
    return rows;
  }

  [Symbol.dispose](): void {
    rmSync(this.dir, { recursive: true, force: true });
  }
}

function tell(happening: Happening): string {
  switch (happening.type) {
    case "field:unknown":
      return `${happening.file} ${happening.field}: ${happening.reason}`;
    case "sample:dropped":
      return `${happening.file} ${happening.time}: ${happening.reason}`;
    case "store:failed":
    case "graph:failed":
      return happening.problem.message;
    case "problem:found":
      return `${happening.problem.severity}: ${happening.problem.message}`;
    case "log:written":
      return happening.text;
    default:
      return "";
  }
}
