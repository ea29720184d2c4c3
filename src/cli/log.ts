import type { Events, Happening, LogLevel, Problem } from "../base/index.ts";
import type { Io } from "./io.ts";
import { isLoudEnough, type LogLine, logLine, typesFor } from "./log-lines.ts";
import { Repeats } from "./repeats.ts";
import { terminalLine } from "./terminal-line.ts";

export interface LogOptions {
  /** Undefined: nothing at all (`--quiet`). */
  readonly level: LogLevel | undefined;
  readonly format: "json" | "terminal";
  readonly colour: boolean;
}

interface JsonWriter {
  write(happening: Happening, line: LogLine): void;
}

const toldOnce: ReadonlySet<Happening["type"]> = new Set(["log:written", "problem:found", "script:broken"]);
/** Most lines kept while the writer of JSON lines loads. */
const MOST_WAITING = 10_000;
/** The first value or picture of so many files is worth a line of its own. */
const MOST_FIRSTS = 20;

/**
 * Happenings as lines on standard error: readable on a terminal, JSON lines (pino's) elsewhere. pino is loaded with
 * the first line that is written, so a quiet run never pays for it.
 */
export class Log {
  readonly #io: Io;
  #options: LogOptions | undefined;
  readonly #early: Happening[] = [];
  #json: JsonWriter | undefined;
  #loading: Promise<void> | undefined;
  #waiting: { happening: Happening; line: LogLine }[] = [];
  #lost = 0;
  readonly #firsts = new Set<string>();
  readonly #repeats = new Repeats();
  readonly #told = new Set<string>();

  readonly #events: Events;
  #off: () => void;

  constructor(io: Io, events: Events) {
    this.#io = io;
    this.#events = events;
    this.#off = events.on(this.hear, ["file:loaded", "problem:found"]);
  }

  get options(): LogOptions | undefined {
    return this.#options;
  }

  /** Until this is called lines are kept: options may stand behind the block's file. */
  configure(options: LogOptions): void {
    this.#options = options;
    this.#off();
    if (options.level === undefined) return;
    this.#off = this.#events.on(this.hear, typesFor(options.level));
    for (const happening of this.#early.splice(0)) this.hear(happening);
  }

  readonly hear = (happening: Happening): void => {
    const options = this.#options;
    if (options === undefined) {
      this.#early.push(happening);
      return;
    }
    if (options.level === undefined) return;
    const first = logLine(happening, this.#isFirst(happening));
    if (!isLoudEnough(first.level, options.level)) return;
    const line = this.#unrepeated(happening, first);
    if (line === undefined) return;
    if (line.problem !== undefined && options.format === "terminal") this.#tell(line.problem);
    if (options.format === "terminal") {
      this.#io.stderr.write(terminalLine(line, this.#io.clock.wall(), options.colour));
    } else if (this.#json !== undefined) this.#json.write(happening, line);
    else {
      if (this.#waiting.length < MOST_WAITING) this.#waiting.push({ happening, line });
      else this.#lost++;
      this.#loading ??= this.#load(options.level);
    }
  };

  /** Everything heard so far is written, and how much was held back. */
  async flush(): Promise<void> {
    const held = this.#repeats.rest();
    if (held > 0) {
      const text = `${held} more ${held === 1 ? "line" : "lines"} like those above`;
      this.hear({ type: "log:written", level: "warn", text, thread: undefined });
    }
    await this.#loading;
  }

  /** Whether a person has read of this problem in the log already. */
  hasTold(problem: Problem): boolean {
    return this.#told.has(problemKey(problem));
  }

  async #load(level: LogLevel): Promise<void> {
    const { jsonWriter } = await import("./log-json.ts");
    this.#json = jsonWriter(this.#io, level);
    for (const { happening, line } of this.#waiting.splice(0)) this.#json.write(happening, line);
    if (this.#lost > 0) {
      const text = `${this.#lost} lines of the log are lost: they came before it was ready`;
      this.hear({ type: "log:written", level: "warn", text, thread: undefined });
    }
  }

  /**
   * What goes wrong again and again is held back: the same text, but for its numbers, about the same thing. What
   * scripts write is theirs, and what is told once for each load or edit of a file is no repetition.
   */
  #unrepeated(happening: Happening, line: LogLine): LogLine | undefined {
    if (!isLoudEnough(line.level, "warn") || toldOnce.has(happening.type)) return line;
    const about = ["thread", "file", "step", "attempt"].map(
      (key) => (happening as Record<string, unknown>)[key],
    );
    const place = line.problem?.place;
    const where = place === undefined ? "" : `${place.file}:${place.line}:${place.column}`;
    const key = [happening.type, ...about, where, line.text.replace(/\d+/g, "#")].join(" ");
    const held = this.#repeats.admit(key, this.#io.clock.monotonic());
    if (held === undefined) return undefined;
    return held === 0 ? line : { ...line, text: `${line.text} (and ${held} more like it before)` };
  }

  #tell(problem: Problem): void {
    if (this.#told.size > 1000) this.#told.clear();
    this.#told.add(problemKey(problem));
  }

  #isFirst(happening: Happening): boolean {
    if (happening.type !== "sample:stored" && happening.type !== "graph:drawn") return false;
    if (this.#firsts.size >= MOST_FIRSTS || this.#firsts.has(happening.file)) return false;
    this.#firsts.add(happening.file);
    return true;
  }
}

function problemKey({ code, message, place }: Problem): string {
  return `${code} ${message} ${place?.file}:${place?.line}:${place?.column}`;
}
