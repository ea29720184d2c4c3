import { call } from "./call.ts";
import { cd } from "./cd.ts";
import { collect } from "./collect.ts";
import { except } from "./except.ts";
import { finallyStep } from "./finally.ts";
import { ifStep } from "./if.ts";
import { log } from "./log.ts";
import { put } from "./put.ts";
import { script } from "./script.ts";
import { set } from "./set.ts";
import { shared } from "./shared.ts";
import { shell } from "./shell.ts";
import type { Kind, StepKind } from "./step.ts";
import { steps } from "./steps.ts";
import { template } from "./template.ts";

/** What a step can be. */
export const kinds: Record<Kind, StepKind> = {
  script,
  shell,
  set,
  cd,
  call,
  steps,
  if: ifStep,
  template,
  log,
  put,
  shared,
  except,
  finally: finallyStep,
  "timeseries collect": collect,
};
