import type { ForecastArchive, ForecastConsolidation, RrdDefinition } from "./definition.ts";
import { LONGEST_WINDOW } from "./forecast-parameters.ts";

/** The consolidation functions that the archive each one leans on may have. */
export const leansOnKinds: Readonly<Record<ForecastConsolidation, readonly string[]>> = {
  HWPREDICT: ["SEASONAL"],
  MHWPREDICT: ["SEASONAL"],
  SEASONAL: ["HWPREDICT", "MHWPREDICT"],
  DEVSEASONAL: ["HWPREDICT", "MHWPREDICT"],
  DEVPREDICT: ["DEVSEASONAL"],
  FAILURES: ["DEVSEASONAL"],
};

export function checkForecastArchive(
  archive: ForecastArchive,
  { archives, step }: RrdDefinition,
  complain: (message: string) => void,
): void {
  const { cf, rows, leansOn } = archive;
  const what = `archive ${cf}`;
  if (!Object.hasOwn(leansOnKinds, cf)) {
    complain(`${what} has a consolidation function that is not supported`);
    return;
  }
  if (!isCount(rows)) complain(`${what}: rows must be a whole number, at least 1`);
  else if (!Number.isSafeInteger(rows * step)) complain(`${what} covers more time than there is`);
  const needed = leansOnKinds[cf];
  if (!needed.includes(archives[leansOn]?.cf ?? ""))
    complain(`${what} needs the number of a ${needed.join(" or ")} archive; RRA ${leansOn + 1} is none`);
  if (cf === "HWPREDICT" || cf === "MHWPREDICT") {
    checkShare(`${what}: alpha`, archive.alpha, complain);
    checkShare(`${what}: beta`, archive.beta, complain);
    if (!isCount(archive.period)) complain(`${what}: the period must be a whole number of steps, at least 1`);
    else if (archive.period > rows)
      complain(`${what}: Length of seasonal cycle exceeds length of HW prediction array`);
  } else if (cf === "SEASONAL" || cf === "DEVSEASONAL") {
    checkShare(`${what}: gamma`, archive.gamma, complain);
    const { smoothingWindow = 0 } = archive;
    if (!(smoothingWindow >= 0 && smoothingWindow <= 1))
      complain(`${what}: Invalid smoothing-window ${smoothingWindow}: must be between 0 and 1`);
  } else if (cf === "FAILURES") {
    const { threshold, window } = archive;
    if (!isCount(threshold) || threshold > window || !isCount(window) || window > LONGEST_WINDOW)
      complain(`${what}: threshold and window must be 1 to ${LONGEST_WINDOW}, the threshold not above`);
  }
}

function checkShare(what: string, value: number, complain: (message: string) => void): void {
  if (!(value > 0 && value < 1)) complain(`${what} must be between 0 and 1, both exclusive, not ${value}`);
}

function isCount(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 1;
}
