// After a login with a password the home page offers a passkey, once on each device for each account. Storage that the browser
// denies remembers nothing: then nothing is offered.

const LOGGED_IN = "logged-in-by-password";
const OFFERED = "passkey-offered-";

/** Remembers, for this tab, that its login was one with a password. */
export function rememberPasswordLogin(): void {
  storing(() => sessionStorage.setItem(LOGGED_IN, "yes"));
}

/** Whether to offer a passkey now. It is not offered again. @param isPossible whether the account has none, and the device could keep one */
export function takeOffer(accountId: number, isPossible: boolean): boolean {
  return storing(() => {
    const hasLoggedIn = sessionStorage.getItem(LOGGED_IN) !== null;
    sessionStorage.removeItem(LOGGED_IN);
    const isDue = isPossible && hasLoggedIn && localStorage.getItem(OFFERED + accountId) === null;
    if (isDue) localStorage.setItem(OFFERED + accountId, "yes");
    return isDue;
  });
}

// The browser throws where its settings deny storage.
function storing<Outcome>(work: () => Outcome): Outcome | false {
  try {
    return work();
  } catch {
    return false;
  }
}
