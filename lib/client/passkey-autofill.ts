import type { AuthenticationResponseJSON } from "@simplewebauthn/browser";
import { askForPasskey, canAutofill } from "./passkeys.ts";

/** A challenge lasts 5 minutes. A choice takes a while, too. */
const ANEW_MS = 4 * 60_000;

/**
 * Offers this site's passkeys in the field of the username, each time with a challenge that is still good. A failure is silent:
 * nobody has asked for anything yet.
 * @returns a function that takes the offer back
 */
export function offerPasskeys(onChosen: (answer: AuthenticationResponseJSON) => void): () => void {
  let offer = new AbortController();
  let timer: ReturnType<typeof setInterval> | undefined;

  async function offerAnew(): Promise<void> {
    offer.abort();
    offer = new AbortController();
    const { signal } = offer;
    const answer = await askForPasskey({ autofill: true, signal });
    if (answer.ok && !signal.aborted) onChosen(answer.data);
  }

  const { signal: first } = offer;
  void canAutofill().then((can) => {
    if (!can || first.aborted) return;
    timer = setInterval(offerAnew, ANEW_MS);
    void offerAnew();
  });

  return () => {
    clearInterval(timer);
    offer.abort();
  };
}
