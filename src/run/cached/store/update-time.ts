/** Epoch seconds that an update begins with; NaN when it does not. */
export function timeOf(update: string): number {
  let seconds = 0;
  for (let index = 0; index < 15; index++) {
    const digit = update.charCodeAt(index) - 48;
    if (digit >= 0 && digit <= 9) seconds = seconds * 10 + digit;
    else if (digit === 10 && index > 0) return seconds;
    else break;
  }
  const colon = update.indexOf(":");
  return colon <= 0 ? Number.NaN : Number(update.slice(0, colon));
}
