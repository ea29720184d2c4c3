export type { Condition } from "./condition.ts";
export type * from "./types.ts";
