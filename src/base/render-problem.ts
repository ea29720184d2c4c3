import type { Problem } from "./problem.ts";

const codes = { red: 31, yellow: 33, cyan: 36, bold: 1, dim: 2 } as const;

/** Widest source line shown; longer ones are cut around the caret. */
const WIDEST = 120;

/**
 * Renders one problem as lines of text:
 *
 *     demo.yaml:3:5: error: unknown key "schell" — did you mean "shell"?
 *       3 |   - schell: date
 *         |     ^^^^^^
 *       = next: …
 */
export function renderProblem(problem: Problem, options: { colour: boolean }): string {
  const paint = (text: string, ...names: (keyof typeof codes)[]) =>
    options.colour ? `${names.map((name) => `\u001b[${codes[name]}m`).join("")}${text}\u001b[0m` : text;
  const { place } = problem;
  const severity = paint(problem.severity, "bold", problem.severity === "error" ? "red" : "yellow");
  const where =
    place === undefined ? "" : `${paint(`${place.file}:${place.line}:${place.column}:`, "bold")} `;
  const lines = [`${where}${severity}: ${printable(problem.message)}`];
  if (place?.lineText !== undefined) {
    const number = String(place.line);
    const { text, column } = cutAround(place.lineText, place.column);
    const underline = "^".repeat(Math.max(1, Math.min(place.length ?? 1, text.length - column + 1)));
    lines.push(`  ${paint(`${number} |`, "dim")} ${printable(text)}`);
    lines.push(
      `  ${paint(`${" ".repeat(number.length)} |`, "dim")} ${" ".repeat(column - 1)}${paint(underline, "cyan")}`,
    );
  }
  for (const note of problem.notes ?? []) lines.push(`  ${paint("=", "dim")} ${printable(note)}`);
  return lines.join("\n");
}

/** Control characters of hostile input must not reach the terminal; tabs become one blank so that columns fit. */
function printable(text: string): string {
  return (
    text
      .replaceAll("\t", " ")
      // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is removed
      .replace(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u2028\u2029]/g, "\ufffd")
  );
}

function cutAround(text: string, column: number): { text: string; column: number } {
  if (text.length <= WIDEST) return { text, column };
  const from = Math.max(0, Math.min(column - 1 - WIDEST / 2, text.length - WIDEST));
  const lead = from > 0 ? "…" : "";
  return { text: lead + text.slice(from, from + WIDEST), column: column - from + lead.length };
}
