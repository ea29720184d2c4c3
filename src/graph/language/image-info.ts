import { basename } from "node:path";
import type { GraphSettings } from "./graph-settings.ts";

/** The size of a picture, or what `--imginfo` wants said of it. */
export function imageInfoText(
  { imageInfo, out }: Pick<GraphSettings, "imageInfo" | "out">,
  width: number,
  height: number,
): string {
  if (imageInfo === undefined) return `${width}x${height}`;
  const values = [basename(out), String(width), String(height)];
  return imageInfo.replaceAll(/%(?:%|s|lu)/g, (word) => (word === "%%" ? "%" : (values.shift() ?? "")));
}
