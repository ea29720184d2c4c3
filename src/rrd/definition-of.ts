import { assertNever } from "../base/index.ts";
import { isPlainConsolidation } from "./consolidations.ts";
import type { RrdDefinition } from "./definition.ts";
import type { FixedArchive, FixedDataSource, Header } from "./header.ts";

/** What would have to be asked for to get a file like this one; `start` is its last update. */
export function definitionOf(header: Header): RrdDefinition {
  return {
    step: header.step,
    start: header.lastUpdate,
    formatVersion: header.formatVersion < 4 ? 3 : header.formatVersion === 4 ? 4 : 5,
    dataSources: header.dataSources.map(dataSourceOf),
    archives: header.archives.map(archiveOf),
  };
}

function dataSourceOf(source: FixedDataSource): RrdDefinition["dataSources"][number] {
  const { name, type, heartbeat, min, max, expression } = source;
  if (type === "COMPUTE") return { name, type, expression: expression?.text ?? "" };
  const bound = (limit: number) => (Number.isNaN(limit) ? undefined : limit);
  return { name, type, heartbeat, min: bound(min), max: bound(max) };
}

function archiveOf(archive: FixedArchive): RrdDefinition["archives"][number] {
  const { cf, rows, pdpPerRow, xff, forecast } = archive;
  if (isPlainConsolidation(cf)) return { cf, xff, pdpPerRow, rows };
  switch (cf) {
    case "HWPREDICT":
    case "MHWPREDICT": {
      const { alpha = 0, beta = 0, period = 0 } = forecast?.kind === "prediction" ? forecast : {};
      return { cf, rows, alpha, beta, period, leansOn: forecast?.leansOn ?? 0 };
    }
    case "SEASONAL":
    case "DEVSEASONAL": {
      const seasonal = forecast?.kind === "season" || forecast?.kind === "season of deviations";
      const { gamma = 0, smoothingWindow } = seasonal ? forecast : {};
      return { cf, rows, gamma, smoothingWindow, leansOn: forecast?.leansOn ?? 0 };
    }
    case "DEVPREDICT":
      return { cf, rows, leansOn: forecast?.leansOn ?? 0 };
    case "FAILURES": {
      const { threshold = 0, window = 0 } = forecast?.kind === "failures" ? forecast : {};
      return { cf, rows, threshold, window, leansOn: forecast?.leansOn ?? 0 };
    }
    default:
      return assertNever(cf);
  }
}
