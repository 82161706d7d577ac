import "server-only";

import type { Account, Profile } from "next-auth";
import { config } from "#lib/config.ts";
import { digest, type Flow } from "./flow.ts";
import { accountAt, type Identity } from "./identity.ts";
import { linkAtArrival } from "./link.ts";
import { proveAtArrival } from "./prove.ts";
import { issuerOf } from "./providers.ts";
import { signInAtArrival } from "./sign-in.ts";
import { verifyIdToken } from "./verify-id-token.ts";
import type { Arrival, Walk, WalkFailure } from "./walk.ts";

// What a newcomer's cookie can hold beside the rest. Browsers refuse cookies of more than 4,096 bytes.
const MOST_NAME = 60;
const MOST_EMAIL = 254;

/**
 * Ends a walk to a provider, whose answer Auth.js has read: signs in, links an account there, or proves who it is.
 * @param account Auth.js' account, with the provider's tokens: they go no further
 * @throws {Error} if the provider's answer is not to be believed; `isAway(error)`; `isUnavailable(error)`
 */
export async function arrive(walk: Walk, account: Account, profile: Profile): Promise<Arrival | WalkFailure> {
  const { flow } = walk;
  const { identity, authTime } = await identify(flow, account, profile);
  switch (flow.purpose) {
    case "sign_in":
      return signInAtArrival(walk, identity, flow.next);
    case "link":
      return linkAtArrival(walk, identity);
    case "prove":
      return proveAtArrival(walk, identity, authTime);
  }
}

async function identify(
  flow: Flow,
  { type, id_token: idToken, providerAccountId }: Account,
  { email, email_verified, name }: Profile,
): Promise<{ identity: Identity; authTime: number | null }> {
  // "true" as a string is not true: some providers send such strings for both.
  const verified = email_verified === true && typeof email === "string" && email.length <= MOST_EMAIL ? email : null;
  const greeting = typeof name === "string" ? [...name].slice(0, MOST_NAME).join("") : null;
  const identity = { provider: flow.provider, type, providerAccountId, email: verified, name: greeting };
  if (type !== "oidc") return { identity, authTime: null };
  const { issuer, clientId } = issuerOf(config(), flow.provider);
  const { subject, nonce, authTime } = await verifyIdToken(idToken ?? "", issuer, clientId);
  if (flow.nonce !== digest(nonce)) throw new Error("the ID token has another nonce");
  if (accountAt(issuer, subject) !== providerAccountId) throw new Error("the ID token is about somebody else than userinfo");
  return { identity, authTime };
}
