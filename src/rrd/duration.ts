/** Durations and counts as rrdtool's `create` and `fetch` take them: digits and at most one unit. */
const unitSeconds: Readonly<Record<string, number>> = {
  s: 1,
  m: 60,
  h: 3600,
  d: 86_400,
  w: 7 * 86_400,
  M: 31 * 86_400,
  y: 366 * 86_400,
};

/**
 * The duration divided by `divisor` seconds; a bare number is taken as it is. Only the first letter of the unit counts:
 * `5min` and `5months` are both five minutes.
 */
export function parseScaledDuration(text: string, divisor: number): number | { readonly fault: string } {
  const match = /^(\d+)(.?)/s.exec(text);
  if (match === null) return { fault: "value must be (suffixed) positive number" };
  const number = Number(match[1]);
  const letter = match[2] ?? "";
  if (letter !== "" && !Object.hasOwn(unitSeconds, letter)) return { fault: "value has trailing garbage" };
  if (number === 0) return { fault: "value must be positive" };
  if (letter === "") return number;
  const seconds = number * (unitSeconds[letter] ?? 1);
  if (seconds % divisor !== 0) return { fault: "value would truncate when scaled" };
  return seconds / divisor;
}
