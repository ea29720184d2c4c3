import { internalError, type Result } from "../base/index.ts";
import type { DataSourceDefinition } from "./definition.ts";
import type { Storage } from "./storage.ts";

/**
 * Adds data sources to a closed file, keeping all its data; the new ones are unknown so far. The old file stays beside
 * it under the returned path.
 */
export function addDataSources(
  _path: string,
  _added: readonly DataSourceDefinition[],
  _options: { readonly storage?: Storage | undefined } = {},
): Result<{ readonly savedAs: string }> {
  throw internalError("addDataSources is not built yet");
}
