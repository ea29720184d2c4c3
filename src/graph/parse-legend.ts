import { didYouMean, kindOf } from "../base/index.ts";
import type { GraphDefinition, LegendNumber } from "./definition.ts";
import type { MappingReader } from "./mapping-reader.ts";

const legendNumbers: readonly LegendNumber[] = [
  "LAST",
  "AVERAGE",
  "MAX",
  "MIN",
  "FIRST",
  "TOTAL",
  "DEVIATION",
];

/** `legend`: which numbers it prints, or whether there is one. */
export function readLegend(read: MappingReader): Partial<Pick<GraphDefinition, "legend">> {
  const value = read.get("legend");
  if (value === undefined || value === true) return {};
  if (value === false || value === "none") return { legend: undefined };
  const list = Array.isArray(value) ? value : [value];
  const numbers: LegendNumber[] = [];
  for (const [index, item] of list.entries()) {
    const path = Array.isArray(value) ? read.at("legend", index) : read.at("legend");
    const percent = typeof item === "string" ? /^(\d+(?:\.\d+)?)\s*%$/.exec(item)?.[1] : undefined;
    const found =
      percent !== undefined && Number(percent) <= 100
        ? (`${Number(percent)}%` as const)
        : legendNumbers.find((name) => name === String(item).toUpperCase());
    if (found !== undefined) numbers.push(found);
    else {
      const near = typeof item === "string" ? didYouMean(item, legendNumbers) : "";
      const message = `"legend" takes ${legendNumbers.join(", ")} and percentiles such as 95% (or false), not ${typeof item === "string" || typeof item === "number" ? `"${item}"` : kindOf(item)}${near}`;
      read.issue(path, "value", "wrong-value", message);
    }
  }
  return { legend: [...new Set(numbers)] };
}
