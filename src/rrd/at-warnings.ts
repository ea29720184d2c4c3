import { twinOf } from "./at-calendar.ts";
import { parseAtTime } from "./at-time.ts";
import { monthOf, unitOf, weekdayOf, wordOf } from "./at-tokens.ts";

/**
 * What a time of rrdtool's says other than most people mean; one sentence each. What cannot be read is not judged. `now`:
 * epoch seconds.
 */
export function atTimeWarnings(text: string, now: number): string[] {
  // From the first character that means nothing on, rrdtool does not look.
  const [read = ""] = /^[\s\w:.+\-/,]*/.exec(text) ?? [];
  const warnings =
    read.length < text.length
      ? [`"${text.slice(read.length)}" in "${text}" is not read: nothing counts behind it`]
      : [];
  const chainAt = read.search(/[+-]/);
  const date = chainAt < 0 ? read : read.slice(0, chainAt);
  const chain = chainAt < 0 ? "" : read.slice(chainAt);
  return [
    ...warnings,
    ...dateWarnings(date.trim(), text),
    ...twiceWarnings(date.trim(), text, now),
    ...chainWarnings(chain, text),
  ];
}

/** Of a time of day that the clock shows twice, as it is put back. Now, and epoch seconds, are what they are. */
function twiceWarnings(date: string, text: string, now: number): string[] {
  if (!/\d/.test(date) || /^\d{9,}$/.test(date)) return [];
  const time = parseAtTime(date, now);
  if (!time.ok || time.value.relativeTo !== "absolute") return [];
  const { epoch } = time.value;
  const twin = twinOf(epoch);
  if (twin === undefined) return [];
  return [
    `"${text}" is there twice, as clocks went back: taken is ${epoch}, the ${epoch < twin ? "first" : "second"}; the other is ${twin}`,
  ];
}

/** Of a sign and numbers with units, and what follows: the unit before decides what a bare `m` is. */
function chainWarnings(chain: string, text: string): string[] {
  const warnings: string[] = [];
  for (const [part] of chain.matchAll(/[+-]\s*\d[^+-]*/g)) {
    let before: ReturnType<typeof unitOf>;
    for (const [, number = "", word = ""] of part.matchAll(/(\d+)[\s_,]*([a-z]*)/gi)) {
      const unit = word === "" ? undefined : unitOf({ kind: "word", text: word });
      const isMonths =
        before === undefined
          ? Number(number) < 6
          : before === "days" || before === "weeks" || before === "months" || before === "years";
      if (unit === "m" && isMonths)
        warnings.push(`"${number}m" in "${text}" is ${number} months: write ${number}min or ${number}mon`);
      else if (word !== "" && unit === undefined)
        warnings.push(`"${word}" in "${text}" is no known unit: it is taken for seconds`);
      before = unit === "m" ? (isMonths ? "months" : "minutes") : unit;
    }
  }
  // Behind a number without a unit, rrdtool swallows the sign or point that follows.
  if (/[+-]\s*\d+\s*[+.-]/.test(chain))
    warnings.push(
      `what follows a number without a unit in "${text}" is not read as it looks: give each a unit`,
    );
  return warnings;
}

/** Of what stands before the offsets: a point in time of its own, or a name for one. */
function dateWarnings(date: string, text: string): string[] {
  const warnings: string[] = [];
  const words = [...date.matchAll(/[a-z]+/gi)].map(([word]) => ({ kind: "word", text: word }) as const);
  const name = words.find((word) => wordOf(word) === "month name");
  const startsWithNumber = /^\d/.test(date);
  const [, shortYear, longYear] = /\d+(?:\.\d+\.|\/\d+\/)(?:(\d\d)|(\d{4}))(?!\d)/.exec(date) ?? [];
  const hasYear = shortYear !== undefined || longYear !== undefined;
  if (
    startsWithNumber &&
    !hasYear &&
    (/\d+\.\d+(?!\.?\d)|\d+\/\d+(?!\/?\d)/.test(date) || (name !== undefined && !/\d{4}/.test(date)))
  )
    warnings.push(
      `"${text}" has a date without a year behind a number: that is read as the year 30000, give it a year`,
    );
  if (/^\d{1,2}$/.test(date)) warnings.push(`"${text}" is ${Number(date)} o'clock of today`);
  if (name !== undefined && !/\d\s*:\s*\d|\d\s*[ap]m|noon|midnight|teatime/i.test(date))
    warnings.push(`"${text}" has no time of day: that of now is taken, write 00:00 with it`);
  if (words.some((word) => weekdayOf(word) >= 0))
    warnings.push(
      `the weekday in "${text}" is the one of this week, Sunday to Saturday: it may be still to come`,
    );
  const rolled = rolledOver(date, name === undefined ? -1 : monthOf(name));
  if (rolled)
    warnings.push(`"${text}" names a day that its month does not have: it counts on into the next one`);
  return warnings;
}

/** Whether the date, in one of the forms with a known month, is one that no calendar has. */
function rolledOver(date: string, month: number): boolean {
  const [, year, monthNumber, day] = /(?<!\d)(\d{4})(\d\d)(\d\d)(?!\d)/.exec(date) ?? [];
  if (year !== undefined) return beyond(Number(year), Number(monthNumber) - 1, Number(day));
  const [, dotDay, dotMonth, dotYear] = /(?<!\d)(\d{1,2})\.(\d{1,2})\.(\d{4})/.exec(date) ?? [];
  if (dotDay !== undefined) return beyond(Number(dotYear), Number(dotMonth) - 1, Number(dotDay));
  const [, slashMonth, slashDay, slashYear] = /(?<!\d)(\d{1,2})\/(\d{1,2})\/(\d{4})/.exec(date) ?? [];
  if (slashDay !== undefined) return beyond(Number(slashYear), Number(slashMonth) - 1, Number(slashDay));
  const [, named] = month < 0 ? [] : (/[a-z]\s*(\d{1,2})(?![\d:])/i.exec(date) ?? []);
  // Without a year, what one year at least has is let pass.
  return named !== undefined && beyond(2000, month, Number(named));
}

function beyond(year: number, month: number, day: number): boolean {
  return day > new Date(Date.UTC(year, month + 1, 0)).getUTCDate();
}
