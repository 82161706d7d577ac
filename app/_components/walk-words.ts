import { providerName } from "#lib/auth/providers.ts";
import { WALK_FAILURES, type WalkFailure } from "#lib/providers/walk.ts";
import { PROVIDER_IDS } from "#lib/settings/providers.ts";

// What a walk to a provider came to, as the page at its end says it. The query is anybody's to write: no word of it is shown.

type Parameter = string | string[] | undefined;

/** The failure that a query names; null for none. */
export function walkFailure(error: Parameter): WalkFailure | null {
  return WALK_FAILURES.find((failure) => failure === error) ?? null;
}

/** The name of the provider that a query names. */
export function walkProvider(provider: Parameter): string {
  const known = PROVIDER_IDS.find((id) => id === provider);
  return known ? providerName(known) : "the other site";
}

/** Why a login came to nothing. */
export function loginFailed(failure: WalkFailure, name: string): string {
  switch (failure) {
    case "cancelled":
      return `You are not logged in: that was cancelled at ${name}. Try again, or log in another way.`;
    case "expired":
      return `That login with ${name} can't be used any more: it took too long, or another tab has begun a new one. Start again.`;
    case "unavailable":
      return `A login with ${name} isn't possible just now. Try again in a moment, or log in another way.`;
    case "account_disabled":
      return "Your account has been switched off. If you think that is a mistake, ask the people who run MovieConnect.";
    case "email_not_verified":
      return `Your email address is not confirmed yet. Open the link in our email, then log in with ${name} again. If none came, look in your spam folder. If your account has no address, ask the people who run MovieConnect.`;
    default:
      return `The login with ${name} didn't work. Try again. If it fails again, log in another way, and tell the people who run MovieConnect.`;
  }
}

/** Why the owner of an account came back with nothing done. @param isLinked whether the account is linked with that provider */
export function errandFailed(failure: WalkFailure, name: string, isLinked: boolean): string {
  switch (failure) {
    case "cancelled":
      return `Nothing has changed: it was cancelled at ${name}.`;
    case "expired":
      return `Nothing has changed: the visit to ${name} took too long, or another tab has begun a new one. Start again.`;
    case "unavailable":
      return `Nothing has changed: a visit to ${name} isn't possible just now. Try again in a moment.`;
    case "already_linked":
      return isLinked
        ? `${startOf(name)} was added already.`
        : `Nothing has changed: you came back from ${name} with an account that opens another MovieConnect account. If that one is yours, log in to it and remove ${name} there, then add it here.`;
    case "other_account":
      return `Nothing has changed: you came back from ${name} as somebody else. Choose the account there that you log in here with.`;
    case "not_fresh":
      return `Nothing has changed: ${name} didn't say that you had just logged in there. Try again, or log out here and log in with ${name} again.`;
    case "session_over":
      return `Nothing has changed: before you came back from ${name}, you were logged out here. Start again.`;
    default:
      return `Nothing has changed: the visit to ${name} didn't work. Try again. If it fails again, tell the people who run MovieConnect.`;
  }
}

/** At the start of a sentence: "single sign-on" begins with a small letter. */
export function startOf(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1);
}
