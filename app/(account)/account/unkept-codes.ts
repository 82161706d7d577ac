// The server can't know whether recovery codes were kept. This browser remembers that it has shown some, until it is told so.

const KEY = "recovery-codes-shown";

/** Recovery codes of this account are shown, once. */
export function noteShown(userId: number): void {
  try {
    localStorage.setItem(KEY, String(userId));
  } catch {
    // The browser stores nothing for this site: then nothing is said later.
  }
}

/** The person at the screen has kept them. */
export function noteKept(): void {
  try {
    localStorage.removeItem(KEY);
  } catch {
    // As above: there is nothing to forget.
  }
}

/** Whether the account's codes were shown here last, and nobody said that they were kept. */
export function areUnkept(userId: number): boolean {
  try {
    return localStorage.getItem(KEY) === String(userId);
  } catch {
    return false;
  }
}
