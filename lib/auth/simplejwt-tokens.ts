import "server-only";

import { z } from "zod";
import { config } from "#lib/config.ts";
import { acceptsSimplejwt } from "./accepts-simplejwt.ts";
import { now } from "./clock.ts";
import { readPyjwtClaims } from "./signed-token.ts";
import { simplejwtSessionIds } from "./simplejwt-session.ts";
import { generation, MOST_AHEAD, randomId, seconds } from "./tokens.ts";

/** A token that simplejwt signed, with one of our secrets. Times in seconds since the epoch. */
export type SimplejwtToken = {
  type: "access" | "refresh";
  jti: string;
  userId: number;
  exp: number;
  iat: number | null;
  /** The id of the session that the token's own id leads to */
  ownSession: string;
  /** The session of which simplejwt had a token, when it made this one: it keeps claims that it does not know. */
  continued: { sid: string; gen: number } | null;
};

// As simplejwt writes them, and nothing laxer. We cannot check what `aud`, `iss` and `nbf` ask for.
const claims = z.object({
  token_type: z.enum(["access", "refresh"]),
  exp: seconds,
  iat: seconds.optional(),
  jti: z.string().regex(/^[0-9a-f]{32}$/),
  sid: randomId.optional(),
  gen: generation.optional(),
  aud: z.never().optional(),
  iss: z.never().optional(),
  nbf: z.never().optional(),
});
// A number, or since simplejwt 5.4 a string.
const number = z.int().min(1);
const userId = z.union([
  number,
  z
    .string()
    .regex(/^[1-9]\d{0,15}$/)
    .transform(Number)
    .pipe(number),
]);

/** Reads a token of simplejwt's, even if it has expired. Null for anything else, and outside of the period. */
export function readSimplejwt(token: string): SimplejwtToken | null {
  if (!acceptsSimplejwt()) return null;
  const read = readPyjwtClaims(token);
  const said = claims.safeParse(read?.claims);
  if (!read || !said.success) return null;
  const user = userId.safeParse((read.claims as Record<string, unknown>)[config().LEGACY_SIMPLEJWT_USER_CLAIM]);
  const { token_type: type, jti, exp, iat = null, sid, gen } = said.data;
  const ownSession = simplejwtSessionIds(jti)[read.secret];
  if (!user.success || ownSession === undefined || (sid === undefined) !== (gen === undefined)) return null;
  const continued = sid === undefined || gen === undefined ? null : { sid, gen };
  return { type, jti, userId: user.data, exp, iat, ownSession, continued };
}

/** Whether the token is of use now. Unlike ours it lives as long as it says: its `iat` may be that of an earlier token. */
export function isCurrent({ exp, iat }: SimplejwtToken): boolean {
  const time = now().getTime() / 1_000;
  return exp > time && (iat ?? 0) < time + MOST_AHEAD;
}
