import "server-only";

import { z } from "zod";
import { readLink, signLink } from "./signed-link.ts";

const KIND = "undo-email-change";
const claims = z.object({ change: z.int().positive() });

/**
 * The token that undoes a change of an account's address.
 * @param change the change's id @param seconds for how long the change can still be undone
 */
export function signUndo(change: number, seconds: number): string {
  return signLink(KIND, { change }, seconds);
}

/** The id of the change that the token undoes. Null if the token is malformed or expired, or not of this kind. */
export function readUndo(token: string): number | null {
  return readLink(KIND, claims, token)?.change ?? null;
}
