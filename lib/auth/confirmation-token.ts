import { z } from "zod";
import type { AddressState } from "#db/email-addresses.ts";
import { readValue, signValue, stateDigests } from "./signed-value.ts";

/** How long the link that confirms an address is good. */
export const CONFIRMATION_SECONDS = 86_400;

const KIND = "confirm-email";
const claims = z.object({
  user_id: z.int().positive(),
  email: z.string(),
  /** The session that asked for a change of the address, and a digest of the account's state; null for the account's own address */
  session: z.string().nullable(),
  state: z.string().nullable(),
});

/** What the holder of a confirmation link proves: that mails to `email` reach the owner of this account. */
export type Confirmation = { userId: number; email: string; change: { sessionId: string; state: string } | null };

/** The token that confirms the account's own address. */
export function signConfirmation(userId: number, email: string): string {
  return signValue(KIND, { user_id: userId, email, session: null, state: null }, CONFIRMATION_SECONDS);
}

/**
 * The token that gives the account another address. It is void once the account has another address or password than now.
 * @param sessionId the session that asked for it
 */
export function signEmailChange(userId: number, email: string, sessionId: string, current: AddressState): string {
  const [state] = digests(userId, current);
  return signValue(KIND, { user_id: userId, email, session: sessionId, state }, CONFIRMATION_SECONDS);
}

/** What the token confirms. Null if it is malformed or expired, or not of this kind. */
export function readConfirmation(token: string): Confirmation | null {
  const read = readValue(KIND, claims, token);
  if (!read) return null;
  const { user_id: userId, email, session, state } = read;
  return { userId, email, change: session !== null && state !== null ? { sessionId: session, state } : null };
}

/** Whether the account's address and password are those that the account had when the change's link was signed. */
export function isStillFor(current: AddressState, { userId, change }: Confirmation): boolean {
  return change !== null && digests(userId, current).includes(change.state);
}

function digests(userId: number, { email, last_change, password_changed_at }: AddressState): [string, ...string[]] {
  return stateDigests(KIND, userId, email, last_change, password_changed_at);
}
