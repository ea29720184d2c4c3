/**
 * Division of whole numbers from 0 to 2^53 as needed many times per update: `%` on doubles is a call of the C library's
 * `fmod`, many times slower than this.
 */
export function quotient(a: number, b: number): number {
  const rounded = Math.floor(a / b);
  // Close to 2^53 the division may have been rounded up to the next whole number.
  return rounded * b > a ? rounded - 1 : rounded;
}

export function remainder(a: number, b: number): number {
  return a - quotient(a, b) * b;
}
