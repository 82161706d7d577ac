import { z } from "zod";
import { readValue, signValue } from "./signed-value.ts";

const KIND = "undo-email-change";
const claims = z.object({ change: z.int().positive(), email: z.string() });

/**
 * What the holder of an undo link proves: that mails to `email`, which the account had before the change with this id, reach them.
 * The id alone would not do: a database that was restored gives the ids of the changes that it lost to others.
 */
export type Undo = { change: number; email: string };

/** The token that undoes a change of an account's address. @param seconds for how long the change can still be undone */
export function signUndo({ change, email }: Undo, seconds: number): string {
  return signValue(KIND, { change, email }, seconds);
}

/** What the token undoes. Null if it is malformed or expired, or not of this kind. */
export function readUndo(token: string): Undo | null {
  const read = readValue(KIND, claims, token);
  return read && { change: read.change, email: read.email };
}
