type Newcomer = { username: string; email: string };

// Kept in this document's memory alone: a name in the URL would get into the history and into logs.
let known: Newcomer | null = null;

/** Remembers an account for the login page, which follows the signup. */
export function rememberNewcomer({ username, email }: Newcomer): void {
  known = { username, email };
}

/** The account that has just been made in this document; null after a page load. */
export function newcomer(): Newcomer | null {
  return known;
}
