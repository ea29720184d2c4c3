import { except } from "./except.ts";
import type { StepKind } from "./step.ts";

/** `finally: [steps]`: always runs; `pipeline.ts` sees to that. */
export const finallyStep: StepKind = { ...except };
