/** What a time of rrdtool's says other than most people mean; one sentence each. */
export function atTimeWarnings(text: string): string[] {
  const warnings: string[] = [];
  // A chain of offsets: a sign, then numbers with units; the unit before decides what a bare `m` is.
  for (const [chain] of text.matchAll(/[+-]\s*\d[^+-]*/g)) {
    let before = "";
    for (const [, number = "", word = ""] of chain.matchAll(/(\d+)[\s_,]*([a-z]*)/gi)) {
      const unit = word.toLowerCase();
      if (unit === "m" && before === "" && Number(number) < 6)
        warnings.push(`"${number}m" in "${text}" is ${number} months: write ${number}min or ${number}mon`);
      else if (unit !== "" && !units.test(unit))
        warnings.push(`"${word}" in "${text}" is no known unit: it is taken for seconds`);
      before = unit;
    }
  }
  // Behind a number without a unit, rrdtool swallows the sign or point that follows.
  if (/[+-]\s*\d+\s*[+.-]/.test(text))
    warnings.push(
      `what follows a number without a unit in "${text}" is not read as it looks: give each a unit`,
    );
  return warnings;
}

const units =
  /^(s|sec|secs|second|seconds|m|min|mins|minute|minutes|h|hr|hrs|hour|hours|d|day|days|w|wk|week|weeks|mon|month|months|y|yr|year|years)$/;
