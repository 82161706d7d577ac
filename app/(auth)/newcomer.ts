// Kept in this document's memory alone: a name in the URL would get into the history and into logs.
let username: string | null = null;

/** Remembers a username for the login page, which follows the signup. */
export function rememberNewcomer(name: string): void {
  username = name;
}

/** The username that has just signed up in this document; null after a page load. */
export function newcomer(): string | null {
  return username;
}
