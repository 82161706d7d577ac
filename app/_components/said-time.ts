const DAY_MS = 86_400_000;

/**
 * A time as a person would say it: "today, 09:30", "yesterday, 22:10", "24 November 2026, 09:30".
 * @param zone an IANA name; undefined: the reader's own
 */
export function saidTime(at: Date, now: Date, zone?: string): string {
  const day = calendarDay(at, zone);
  const time = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", timeZone: zone }).format(at);
  if (day === calendarDay(now, zone)) return `today, ${time}`;
  if (day === calendarDay(new Date(now.getTime() - DAY_MS), zone)) return `yesterday, ${time}`;
  return `${day}, ${time}`;
}

function calendarDay(at: Date, zone: string | undefined): string {
  return new Intl.DateTimeFormat("en-GB", { dateStyle: "long", timeZone: zone }).format(at);
}
