import { assertNever } from "../base/index.ts";
import type { Scene, SceneItem, TextItem } from "./scene.ts";

/** Paths are written in tenths of a pixel. */
const FINE = 10;
const MONO_FONTS = "'DejaVu Sans Mono','Bitstream Vera Sans Mono',Menlo,Consolas,monospace";
const FONTS = "'DejaVu Sans',Verdana,'Bitstream Vera Sans','Segoe UI',system-ui,sans-serif";

/** A scene as a stand-alone SVG document: text as text, no script, no reference to anything outside. */
export function sceneToSvg(scene: Scene): string {
  const { width, height, scale } = scene;
  const size = `width="${number(width * scale)}" height="${number(height * scale)}"`;
  const view = `viewBox="0 0 ${number(width)} ${number(height)}"`;
  let svg = `<svg xmlns="http://www.w3.org/2000/svg" ${size} ${view} role="img" font-family="${FONTS}">`;
  svg += `<title>${escaped(scene.title)}</title><desc>${escaped(scene.description)}</desc>`;
  svg += `<rect width="${number(width)}" height="${number(height)}" ${paint("fill", scene.background)}/>`;
  return `${svg}${drawItems(scene.items)}</svg>\n`;
}

function drawItems(items: readonly SceneItem[]): string {
  let svg = "";
  for (const item of items) svg += drawItem(item);
  return svg;
}

function drawItem(item: SceneItem): string {
  switch (item.kind) {
    case "rect":
      return element("rect", `${box(item)} ${paint("fill", item.fill)}`, item.title);
    case "area":
      return element("path", `${path(item.points)} ${paint("fill", item.fill)}`, item.title);
    case "line": {
      const offset =
        item.dashOffset === undefined ? "" : ` stroke-dashoffset="${number(item.dashOffset * FINE)}"`;
      const dash =
        item.dash === undefined
          ? ""
          : ` stroke-dasharray="${item.dash.map((one) => number(one * FINE)).join(" ")}"${offset}`;
      const look = `fill="none" ${paint("stroke", item.stroke)} stroke-width="${number(item.width * FINE)}"`;
      return element("path", `${path(item.points)} ${look} stroke-linejoin="round"${dash}`, item.title);
    }
    case "text":
      return drawText(item);
    case "clip":
      // A nested viewport cuts off without needing an id, which two pictures on one page could share.
      return `<svg overflow="hidden" ${box(item)} viewBox="${[item.x, item.y, item.width, item.height].map(number).join(" ")}">${drawItems(item.items)}</svg>`;
    default:
      return assertNever(item);
  }
}

function drawText({ x, y, text, size, bold, anchor, fill, turned, mono }: TextItem): string {
  const place = turned
    ? `transform="translate(${number(x)} ${number(y)}) rotate(-90)"`
    : `x="${number(x)}" y="${number(y)}"`;
  // Blanks line the columns up, so all of them count.
  const family = mono === true ? ` font-family="${MONO_FONTS}" xml:space="preserve"` : "";
  const weight = bold ? ' font-weight="bold"' : "";
  const align = anchor === "start" ? "" : ` text-anchor="${anchor}"`;
  return `<text ${place} font-size="${number(size)}"${family}${weight}${align} ${paint("fill", fill)}>${escaped(text)}</text>`;
}

function element(name: string, attributes: string, title: string | undefined): string {
  if (title === undefined) return `<${name} ${attributes}/>`;
  return `<${name} ${attributes}><title>${escaped(title)}</title></${name}>`;
}

function box(item: { x: number; y: number; width: number; height: number }): string {
  return `x="${number(item.x)}" y="${number(item.y)}" width="${number(item.width)}" height="${number(item.height)}"`;
}

/**
 * Points as whole tenths, each relative to the one before, level and upright stretches as h and v: small numbers are
 * short, and quick to turn into text. An area needs no end: filling closes it.
 */
function path(points: Float64Array): string {
  let x = Math.round((points[0] ?? 0) * FINE);
  let y = Math.round((points[1] ?? 0) * FINE);
  let text = `M${x} ${y}`;
  for (let i = 2; i + 1 < points.length; i += 2) {
    const dx = Math.round((points[i] ?? 0) * FINE) - x;
    const dy = Math.round((points[i + 1] ?? 0) * FINE) - y;
    if (dy === 0) {
      if (dx !== 0) text += `h${dx}`;
    } else if (dx === 0) text += `v${dy}`;
    else text += `l${dx}${dy < 0 ? "" : " "}${dy}`;
    x += dx;
    y += dy;
  }
  return `d="${text}" transform="scale(.1)"`;
}

function hundredths(value: number): number {
  return Math.round(value * 100) / 100;
}

function number(value: number): string {
  return String(hundredths(value));
}

function paint(name: "fill" | "stroke", colour: string): string {
  if (colour.length <= 7) return `${name}="${escaped(colour)}"`;
  const opacity = hundredths(Number.parseInt(colour.slice(7, 9), 16) / 255);
  return `${name}="${escaped(colour.slice(0, 7))}" ${name}-opacity="${opacity}"`;
}

const escapes: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** Markup characters as entities; what XML cannot hold at all as the replacement character. */
function escaped(text: string): string {
  if (!/[^ !#$%(-;=?-~]/.test(text)) return text;
  return (
    text
      .toWellFormed()
      .replaceAll(/[&<>"']/g, (character) => escapes[character] ?? "")
      // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is removed
      .replaceAll(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, "\ufffd")
  );
}
