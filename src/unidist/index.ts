export { checkName, MOST_NAME_BYTES } from "./limits.ts";
export { loadSpace } from "./load-space.ts";
export type { Cell } from "./memory/cells.ts";
export { cellOf, MemoryCounter } from "./memory/counter.ts";
export { openSpace, type SpaceOptions } from "./open-space.ts";
export { SharedError, type SharedErrorCode } from "./shared-error.ts";
export { plainOf, type SharedMapping, type SharedValue } from "./shared-value.ts";
export { parseStoreUrl, type StoreUrl, stateFolder, withoutPassword } from "./store-url.ts";
export type * from "./types.ts";
