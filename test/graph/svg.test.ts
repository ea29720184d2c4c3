import { describe, expect, it } from "vitest";
import { sceneToSvg } from "../../src/graph/index.ts";
import { sceneOf, unknown } from "./scenes.ts";

/** The element names of a document, or an error where it is not well-formed XML. */
function elements(xml: string): string[] {
  const names: string[] = [];
  const open: string[] = [];
  const token =
    /<(\/?)([A-Za-z]+)((?:\s[a-zA-Z-:]+="[^"<&]*(?:&(?:amp|lt|gt|quot|#39);[^"<&]*)*")*)\s*(\/?)>|([^<&]+|&(?:amp|lt|gt|quot|#39);)/gy;
  let end = 0;
  for (let match = token.exec(xml); match !== null; match = token.exec(xml)) {
    end = token.lastIndex;
    const [, closing, name, , empty] = match;
    if (name === undefined) continue;
    if (closing === "/") {
      if (open.pop() !== name) throw new Error(`</${name}> closes nothing at ${match.index}`);
    } else {
      names.push(name);
      if (empty !== "/") open.push(name);
    }
  }
  if (end !== xml.length) throw new Error(`not well-formed at ${end}: ${xml.slice(end, end + 60)}`);
  if (open.length > 0) throw new Error(`<${open.join("><")}> left open`);
  return names;
}

const hostile = `</title><script>alert("1")</script>&amp;'\u0000\ud800 <b>`;

describe("SVG", () => {
  it("is well-formed, with text as text, a title and a role, and nothing from outside", () => {
    const svg = sceneToSvg(sceneOf({ fields: ["a"], title: "Größe °C", method: "AREA" }, [1, 2, unknown, 4]));
    const names = elements(svg);
    expect(names[0]).toBe("svg");
    expect(names).toContain("text");
    expect(new Set(names)).toEqual(new Set(["svg", "title", "desc", "rect", "path", "text"]));
    expect(svg).toMatch(/^<svg [^>]*role="img"[^>]*><title>Größe °C<\/title><desc>/);
    expect(svg).not.toMatch(/href|url\(|@import|id=/);
    expect(svg.match(/http[^"]*/g)).toEqual(["http://www.w3.org/2000/svg"]);
  });

  it("has a hover title with the numbers of each series", () => {
    const svg = sceneToSvg(sceneOf({ fields: ["a"] }, [1, 2, 3, 4]));
    expect(svg).toContain("<title>a: last 4.00, average 2.50, max 4.00, min 1.00</title>");
  });

  it("shows hostile names, titles, labels, units and watermarks as text", () => {
    const scene = sceneOf(
      {
        fields: [hostile],
        title: hostile,
        verticalLabel: hostile,
        units: hostile,
        watermark: hostile,
        width: 900,
        hrules: [{ value: 2, label: hostile }],
        rightAxis: { scale: 1, shift: 0, label: hostile },
      },
      [1, 2, 3, 4],
    );
    const svg = sceneToSvg(scene);
    expect(new Set(elements(svg))).toEqual(new Set(["svg", "title", "desc", "rect", "path", "text"]));
    expect(svg).not.toContain("<script");
    expect(svg.isWellFormed()).toBe(true);
    expect(svg).not.toContain("\u0000");
  });

  it("is drawn larger with scale, with the same coordinates", () => {
    const svg = sceneToSvg(sceneOf({ fields: ["a"], scale: 2 }, [1, 2, 3, 4]));
    const [, width, , inner] = /width="(\d+)" height="(\d+)" viewBox="0 0 (\d+)/.exec(svg) ?? [];
    expect(Number(width)).toBe(2 * Number(inner));
  });
});
