export { type CheckOptions, checkBlock, type FileTagFactory } from "./check/check-block.ts";
export type { Condition, ConditionError } from "./condition.ts";
export { parseCondition } from "./conditions/parse-condition.ts";
export { type Pattern, parsePattern } from "./conditions/pattern.ts";
export { blockSchemaText, describeSchema } from "./describe-schema.ts";
export {
  type Interpolation,
  type InterpolationError,
  interpolate,
  parseDataInterpolation,
  parseInterpolation,
  parseShellInterpolation,
  renderInterpolation,
  renderValue,
  shellQuote,
} from "./interpolation.ts";
export { type BlockFileSystem, type LoadOptions, loadBlock, loadBlockText } from "./load/load-block.ts";
export { type ProcessOptions, processBlock, processMapping, processValue } from "./process.ts";
export { type StepKind, type StepOption, stepKinds, stepOptions } from "./step-keys.ts";
export { type BranchKey, parseBranchKey } from "./tags/branch-key.ts";
export { parseTemplate, type Template, templateTag } from "./tags/template.ts";
export type * from "./types.ts";
export { type CommandLine, parseCommandLine } from "./usage/command-line.ts";
export { usageText } from "./usage/usage-text.ts";
