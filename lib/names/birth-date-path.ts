const PAGE = "/birth-date";
const THERE = /^\/birth-date(\?|$)/;

/** The page where a login leads whose account has no birth date. @param next where to go from there: a path of this site */
export function birthDatePath(next: string): string {
  // A session that ended on that page leads back to it after the login.
  if (THERE.test(next)) return next;
  return next === "/" ? PAGE : `${PAGE}?${new URLSearchParams({ next })}`;
}
