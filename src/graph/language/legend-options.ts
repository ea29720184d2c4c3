import { GraphFault } from "./element-words.ts";

export function readPosition(position = "south"): "south" | "north" {
  if (position === "south" || position === "north") return position;
  if (position === "west" || position === "east") {
    throw new GraphFault(`--legend-position ${position} is not supported: north and south are`);
  }
  throw new GraphFault(`unknown legend-position '${position}'`);
}

/** Whether the last entry comes first. */
export function isUpwards(direction = "topdown"): boolean {
  if (["topdown", "bottomup", "bottomup2"].includes(direction)) return direction !== "topdown";
  throw new GraphFault(`unknown legend-position '${direction}'`);
}
