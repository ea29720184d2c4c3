import { leansOnKinds } from "./check-forecast.ts";
import { isPlainConsolidation } from "./consolidations.ts";
import type { Header } from "./header.ts";

/** Why the forecasts of a file cannot be kept up; undefined when they can. Reading needs none of this. */
export function forecastFault(header: Header): string | undefined {
  for (let index = 0; index < header.archives.length; index++) {
    const archive = header.archives[index];
    if (archive?.forecast === undefined || isPlainConsolidation(archive.cf)) continue;
    const what = `has a ${archive.cf} archive (archive ${index})`;
    if (archive.pdpPerRow !== 1)
      return `${what} with rows of ${archive.pdpPerRow} steps; it can be read, not updated`;
    const needed = leansOnKinds[archive.cf];
    if (!needed.includes(header.archives[archive.forecast.leansOn]?.cf ?? ""))
      return `${what} that leans on no ${needed.join(" or ")} archive; it can be read, not updated`;
  }
  return undefined;
}
