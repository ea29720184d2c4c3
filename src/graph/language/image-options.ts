import { GraphFault } from "./element-words.ts";

export type ImageFormat = "PNG" | "SVG";

const imageFormats: readonly ImageFormat[] = ["PNG", "SVG"];

const otherFormats = ["PDF", "EPS", "XML", "XMLENUM", "JSON", "JSONTIME", "CSV", "TSV", "SSV"];

/** PNG without one. */
export function readImageFormat(name = "PNG"): ImageFormat {
  const format = imageFormats.find((one) => one === name);
  if (format !== undefined) return format;
  throw new GraphFault(
    otherFormats.includes(name)
      ? `--imgformat ${name} is not supported: PNG and SVG are, and xport gives the values`
      : `unsupported graphics format '${name}'`,
  );
}

export function checkMode(
  option: string,
  mode: string | undefined,
  fine: readonly string[],
  known: readonly string[],
): void {
  if (mode === undefined || fine.includes(mode)) return;
  throw new GraphFault(
    known.includes(mode) ? `--${option} ${mode} is not supported` : `unknown ${option} '${mode}'`,
  );
}

const imageInfoShape = /^(?:[^%]|%%)*%s(?:[^%]|%%)*%lu(?:[^%]|%%)*%lu(?:[^%]|%%)*$/s;

export function checkImageInfo(format: string | undefined): string | undefined {
  if (format !== undefined && !imageInfoShape.test(format)) {
    throw new GraphFault(
      `invalid format string '${format}' (should match '^(?:[^%]+|%%)*%s(?:[^%]+|%%)*%lu(?:[^%]+|%%)*%lu(?:[^%]+|%%)*$')`,
    );
  }
  return format;
}
