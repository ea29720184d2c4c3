/** C's broken-down time: years count from 1900, months from 0; any field may run over. */
export interface Calendar {
  year: number;
  month: number;
  day: number;
  hour: number;
  minute: number;
  second: number;
  /** Minutes that local time is behind UTC at the moment this was made of: decides in an hour that is there twice. */
  zone: number;
}

/** In the local time zone. */
export function calendarOf(epoch: number): Calendar {
  const date = new Date(Math.floor(epoch) * 1000);
  return {
    year: date.getFullYear() - 1900,
    month: date.getMonth(),
    day: date.getDate(),
    hour: date.getHours(),
    minute: date.getMinutes(),
    second: date.getSeconds(),
    zone: date.getTimezoneOffset(),
  };
}

/**
 * NaN outside the range of dates. When clocks go back an hour is there twice: of the two it is the one in the zone that
 * the calendar was made in, as with rrdtool.
 */
export function epochOf({ year, month, day, hour, minute, second, zone }: Calendar): number {
  const date = new Date(0);
  date.setFullYear(1900 + year, month, day);
  date.setHours(hour, minute, second, 0);
  const first = date.getTime() / 1000;
  const other = first + (zone - date.getTimezoneOffset()) * 60;
  return other !== first && zoneAt(other) === zone ? other : first;
}

/** The other moment with the same local time, where clocks went back in between. */
export function twinOf(epoch: number): number | undefined {
  const zone = zoneAt(epoch);
  for (const hours of [-1, 1]) {
    // A zone changes by an hour, or (Lord Howe) by half of one; what it is on the other side says by how much.
    const other = epoch + (zoneAt(epoch + hours * 3600) - zone) * 60;
    if (other !== epoch && zoneAt(other) !== zone && localTime(other) === localTime(epoch)) return other;
  }
  return undefined;
}

function zoneAt(epoch: number): number {
  return new Date(Math.floor(epoch) * 1000).getTimezoneOffset();
}

function localTime(epoch: number): number {
  return epoch - zoneAt(epoch) * 60;
}
