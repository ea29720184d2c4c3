import { isMapping, kindOf, type Plain } from "../../base/index.ts";
import type { CheckContext, TreePath } from "../../block/index.ts";
import type { RunServices } from "../types.ts";
import { parseStep } from "./parse-step.ts";
import type { Parsing, Pipeline, Step } from "./step.ts";

/** Parses a list of steps, or a single one; every problem is reported, then undefined. */
export function parsePipeline(
  value: Plain,
  path: TreePath,
  context: { check: CheckContext; services: RunServices; tag: string },
): Pipeline | undefined {
  const parsing: Parsing = { ...context, pipeline: (inner, innerPath) => parse(inner, innerPath, parsing) };
  return parse(value, path, parsing);
}

function parse(value: Plain, path: TreePath, parsing: Parsing): Pipeline | undefined {
  if (isMapping(value)) {
    const step = parseStep(value, path, parsing);
    return step === undefined ? undefined : [step];
  }
  if (!Array.isArray(value)) {
    parsing.check.report("bad-pipeline", `expected a list of steps, not ${kindOf(value)}`, { path });
    return undefined;
  }
  const steps: Step[] = [];
  value.forEach((item, index) => {
    const step = parseStep(item, [...path, index], parsing);
    if (step !== undefined) steps.push(step);
  });
  return steps.length === value.length ? steps : undefined;
}
