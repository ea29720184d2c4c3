export { MOST_NAME_BYTES } from "./limits.ts";
export { openSpace, type SpaceOptions } from "./open-space.ts";
export { SharedError, type SharedErrorCode } from "./shared-error.ts";
export type * from "./types.ts";
