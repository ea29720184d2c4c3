import type { LogLevel } from "../../base/index.ts";
import { OptionReader, show } from "../options/read-option.ts";
import { parseText } from "./parse-text.ts";
import type { StepKind } from "./step.ts";

const levels: readonly LogLevel[] = ["trace", "debug", "info", "warn", "error", "fatal"];

/** `log: text` with `level`, default info. */
export const log: StepKind = {
  options: ["thread", "timeout", "retry", "level"],
  parse({ value, path, raw, stepPath, parsing: { check } }) {
    const step = new OptionReader(raw, stepPath, check);
    const level = step.choice("level", levels) ?? "info";
    if (typeof value !== "string" && typeof value !== "number" && typeof value !== "boolean") {
      check.report("bad-step", `"log" must be text, not ${show(value)}`, { path });
      return undefined;
    }
    const render = parseText(String(value), path, check);
    if (render === undefined || step.failed) return undefined;
    return {
      async run({ services, pipeData, thread }) {
        if (services.events.wants("log:written"))
          services.events.report({ type: "log:written", level, text: render(pipeData), thread });
        return { ok: true, output: {} };
      },
    };
  },
};
