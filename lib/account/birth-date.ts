import type { Problem } from "#lib/problems.ts";

const OLDEST_PERSON_YEARS = 130;
/** UTC+14, Kiritimati: the zone where each day begins first. */
const FIRST_ZONE_MS = 14 * 3_600_000;

/**
 * The problems of a calendar date (`YYYY-MM-DD`) as a date of birth. A signup does not say in which time zone the person is, so
 * "today" is the latest date anywhere on Earth: a birthday counts from its first minute in every zone.
 * @param minimumAge years; 0 switches the rule off
 */
export function birthDateProblems(date: string, minimumAge: number, now: Date): Problem[] {
  // Dates of this form sort as strings; a 29 February moved to a common year falls between 28 February and 1 March.
  const today = new Date(now.getTime() + FIRST_ZONE_MS).toISOString().slice(0, 10);
  if (date > today) return [{ code: "date_in_future" }];
  if (yearsLater(date, OLDEST_PERSON_YEARS) < today) return [{ code: "date_too_long_ago" }];
  if (yearsLater(date, minimumAge) > today) return [{ code: "too_young", years: minimumAge }];
  return [];
}

function yearsLater(date: string, years: number): string {
  return `${String(Number(date.slice(0, 4)) + years).padStart(4, "0")}${date.slice(4)}`;
}
