/** C's broken-down time: years count from 1900, months from 0; any field may run over. */
export interface Calendar {
  year: number;
  month: number;
  day: number;
  hour: number;
  minute: number;
  second: number;
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
  };
}

/** NaN outside the range of dates. */
export function epochOf({ year, month, day, hour, minute, second }: Calendar): number {
  const date = new Date(0);
  date.setFullYear(1900 + year, month, day);
  date.setHours(hour, minute, second, 0);
  return date.getTime() / 1000;
}
