const OLDEST_PERSON_YEARS = 130;

/**
 * What is wrong with a calendar date (`YYYY-MM-DD`) as somebody's day of birth.
 * @param minimumAge years; 0 switches the rule off
 */
export function birthDateProblems(date: string, minimumAge: number, today: Date): string[] {
  // Dates of this form sort as strings; a 29 February moved to a common year falls between 28 February and 1 March.
  const todayDate = today.toISOString().slice(0, 10);
  if (date > todayDate) return ["This date is in the future."];
  if (yearsLater(date, OLDEST_PERSON_YEARS) < todayDate) return ["This date is too long ago."];
  if (yearsLater(date, minimumAge) > todayDate) return [`You must be at least ${minimumAge} years old.`];
  return [];
}

function yearsLater(date: string, years: number): string {
  return `${String(Number(date.slice(0, 4)) + years).padStart(4, "0")}${date.slice(4)}`;
}
