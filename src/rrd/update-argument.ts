import { parseAtTime } from "./at-time.ts";
import type { Header } from "./header.ts";
import { parseNumber } from "./number-text.ts";

/** One `TIME:VALUE:VALUE` of `rrdtool update`, taken apart. */
export interface UpdateArgument {
  readonly seconds: number;
  readonly microseconds: number;
  /** One per data source; `U` where the template names none. */
  readonly readings: readonly string[];
}

export type UpdateFault = { readonly fault: string };

/** The data source that each value of an argument belongs to. */
export function parseTemplate(header: Header, template: string | undefined): number[] | UpdateFault {
  if (template === undefined) {
    const given: number[] = [];
    header.dataSources.forEach((source, index) => {
      if (source.type !== "COMPUTE") given.push(index);
    });
    return given;
  }
  const order: number[] = [];
  for (const name of template.split(":")) {
    if (order.length === header.dataSources.length)
      return { fault: "tmplt contains more DS definitions than RRD" };
    const index = header.dataSourceIndex(name);
    if (index < 0) return { fault: `unknown DS name '${name}'` };
    order.push(index);
  }
  return order;
}

/** `now`: the clock, which is asked only when the argument's time leans on it. */
export function parseUpdateArgument(
  header: Header,
  argument: string,
  order: readonly number[],
  now: () => Stamp,
): UpdateArgument | UpdateFault {
  const at = argument.indexOf("@");
  const end = at >= 0 ? at : argument.indexOf(":");
  if (end < 0) return { fault: `expected timestamp not found in data source from ${argument}` };
  const time = argument.slice(0, end);
  const readings = allUnknown(header.dataSources.length);
  let from = end + 1;
  let count = 0;
  for (;;) {
    const index = order[count];
    if (index === undefined) return { fault: `found extra data on update argument: ${argument.slice(from)}` };
    const colon = argument.indexOf(":", from);
    readings[index] = argument.slice(from, colon < 0 ? argument.length : colon);
    count++;
    if (colon < 0) break;
    from = colon + 1;
  }
  if (count < order.length)
    return { fault: `expected ${order.length} data source readings (got ${count}) from ${time}` };
  const stamp = at >= 0 ? atTime(time, now()) : plainTime(time, now);
  if ("fault" in stamp) return stamp;
  return {
    seconds: stamp.seconds,
    microseconds: header.formatVersion < 3 ? 0 : stamp.microseconds,
    readings,
  };
}

function allUnknown(count: number): string[] {
  const readings: string[] = [];
  for (let source = 0; source < count; source++) readings.push("U");
  return readings;
}

export interface Stamp {
  readonly seconds: number;
  readonly microseconds: number;
}

function atTime(text: string, now: Stamp): Stamp | UpdateFault {
  const parsed = parseAtTime(text, now.seconds);
  if (!parsed.ok) return { fault: `ds time: ${text}: ${parsed.problems[0]?.message ?? ""}` };
  const time = parsed.value;
  if (time.relativeTo === "absolute") return { seconds: time.epoch, microseconds: 0 };
  return { fault: `specifying time relative to the 'start' or 'end' makes no sense here: ${text}` };
}

function plainTime(text: string, now: () => Stamp): Stamp | UpdateFault {
  if (text === "N") return now();
  const number = parseNumber(text);
  if (typeof number === "number" && Number.isSafeInteger(number) && number >= 0)
    return { seconds: number, microseconds: 0 };
  if (typeof number !== "number")
    return { fault: `error while parsing time in get_time_from_reading - ${number.fault}` };
  if (!Number.isFinite(number)) return { fault: `'${text}' is no time` };
  return splitSeconds(number < 0 ? wall(now()) + number : number);
}

function wall({ seconds, microseconds }: Stamp): number {
  return seconds + microseconds / 1e6;
}

/** A fraction is cut, not rounded, to microseconds. */
export function splitSeconds(time: number): Stamp {
  const seconds = Math.floor(time);
  return { seconds, microseconds: Math.trunc((time - seconds) * 1e6) };
}
