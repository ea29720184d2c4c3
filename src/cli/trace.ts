import {
  formatDuration,
  type Happening,
  type HappeningType,
  type Plain,
  renderProblem,
} from "../base/index.ts";
import type { Io } from "./io.ts";
import { toJson } from "./output.ts";

const WIDEST = 160;

/**
 * `--trace`: every tag and step with its input, output and time. A step's lines are indented by the steps around it
 * in the same thread; a tag is told when it is done, so it stands below its steps.
 */
export class Trace {
  readonly types: readonly HappeningType[] = [
    "tag:processed",
    "step:started",
    "step:finished",
    "step:failed",
  ];
  readonly #io: Io;
  readonly #json: boolean;
  readonly #colour: boolean;
  readonly #depths = new Map<string, number>();

  constructor(io: Io, how: { json: boolean; colour: boolean }) {
    this.#io = io;
    this.#json = how.json;
    this.#colour = how.colour;
  }

  readonly hear = (happening: Happening): void => {
    switch (happening.type) {
      case "tag:processed":
        this.#tell(happening, 0, "tag", happening.tag, happening.seconds, [
          // The input of a pipeline is its steps, and each of them has been told already.
          ["in", happening.tag.startsWith("run") ? undefined : happening.input],
          ["out", happening.value],
        ]);
        return;
      case "step:started":
        this.#tell(happening, this.#enter(happening.thread), "step", happening.step, undefined, [
          ["in", happening.input],
        ]);
        return;
      case "step:finished":
        this.#tell(happening, this.#leave(happening.thread), "done", happening.step, happening.seconds, [
          ["out", happening.output],
        ]);
        return;
      case "step:failed": {
        const depth = this.#leave(happening.thread);
        this.#tell(happening, depth, "failed", happening.step, happening.seconds, []);
        if (!this.#json) {
          const problem = renderProblem(happening.problem, { colour: this.#colour });
          this.#io.stderr.write(indent(`${problem}\n`, depth + 1));
        }
        return;
      }
      default:
    }
  };

  #tell(
    happening: Happening,
    depth: number,
    verb: string,
    name: string,
    seconds: number | undefined,
    data: readonly (readonly [string, Plain | undefined])[],
  ): void {
    if (this.#json) {
      const told =
        seconds === undefined ? happening : { ...happening, seconds: Math.round(seconds * 1e6) / 1e6 };
      this.#io.stderr.write(`${toJson(JSON.parse(JSON.stringify(told, withoutBigInt)) as Plain)}\n`);
      return;
    }
    const thread = "thread" in happening && happening.thread !== undefined ? ` [${happening.thread}]` : "";
    const time = seconds === undefined ? "" : `  ${formatDuration(seconds)}`;
    const lines = [`${this.#paint(verb.padEnd(6), verb === "failed" ? 31 : 36)} ${name}${thread}${time}`];
    for (const [label, value] of data) {
      if (value !== undefined) lines.push(`       ${this.#paint(label.padEnd(3), 90)} ${cut(toJson(value))}`);
    }
    this.#io.stderr.write(indent(`${lines.join("\n")}\n`, depth));
  }

  #enter(thread = ""): number {
    const depth = this.#depths.get(thread) ?? 0;
    this.#depths.set(thread, depth + 1);
    return depth;
  }

  #leave(thread = ""): number {
    const depth = Math.max(0, (this.#depths.get(thread) ?? 0) - 1);
    this.#depths.set(thread, depth);
    return depth;
  }

  #paint(text: string, code: number): string {
    return this.#colour ? `\u001b[${code}m${text}\u001b[0m` : text;
  }
}

function indent(text: string, depth: number): string {
  return text.replace(/^(?=.)/gm, "  ".repeat(depth));
}

function cut(text: string): string {
  return text.length <= WIDEST ? text : `${text.slice(0, WIDEST - 1)}…`;
}

function withoutBigInt(_key: string, value: unknown): unknown {
  return typeof value === "bigint" ? String(value) : value;
}
