// In this document's memory alone: a name in the address would be in the history, and in logs.
let username: string | null = null;

/** For the login page, which the signup leads to. */
export function rememberNewcomer(name: string): void {
  username = name;
}

/** The name of the account that was just made in this document; null on a page that was loaded. */
export function newcomer(): string | null {
  return username;
}
