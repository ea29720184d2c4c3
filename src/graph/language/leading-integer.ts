/** C's `atol`: the whole number that a text begins with; 0 without one. */
export function leadingInteger(text: string): number {
  const digits = /^\s*([+-]?\d{1,15})/.exec(text)?.[1];
  return digits === undefined ? 0 : Number(digits);
}
