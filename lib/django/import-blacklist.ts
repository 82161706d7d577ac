import { z } from "zod";
import { type BlacklistedToken, type Continued, type DjangosOwn, endBlacklisted, listBlacklisted } from "#db/django-blacklist.ts";
import type { Database } from "#db/pool.ts";
import { readPyjwtClaims } from "#lib/auth/signed-token.ts";
import { simplejwtSessionIds } from "#lib/auth/simplejwt-session.ts";
import { config } from "#lib/config.ts";

/** How many tokens were read, and how many sessions that ended. */
export type Ends = { tokens: number; sessions: number };

const PAGE = 1_000;
/** A transaction that began earlier can add a lower id later. So many ids are looked at again. */
const OVERLAP = 1_000;
const SIMPLEJWT_ID = /^[0-9a-f]{32}$/;

/**
 * Ends sessions whose tokens are on Django's blacklist.
 * @returns a function that reads what was added since its last call: at first all that has not expired
 */
export function blacklistReader(site: Database, db: Database): () => Promise<Ends> {
  let last = 0;
  let handled = new Set<number>();
  return async () => {
    const ends = { tokens: 0, sessions: 0 };
    for (let after = Math.max(0, last - OVERLAP); ; after = last) {
      const page = await listBlacklisted(site, after, PAGE);
      const fresh = page.filter(({ id }) => !handled.has(id));
      if (fresh.length > 0) ends.sessions += await endSessionsOf(db, fresh);
      ends.tokens += fresh.length;
      last = Math.max(last, page.at(-1)?.id ?? 0);
      handled = new Set([...handled, ...page.map(({ id }) => id)].filter((id) => id > last - OVERLAP));
      if (page.length < PAGE) return ends;
    }
  };
}

async function endSessionsOf(db: Database, tokens: BlacklistedToken[]): Promise<number> {
  const own: DjangosOwn[] = [];
  const continued: Continued[] = [];
  // An empty one was written by an export: its session has ended.
  for (const token of tokens.filter((each) => each.token !== "")) {
    const read = readPyjwtClaims(token.token);
    const ours = oursIn(token, read?.claims);
    if (ours) continued.push(ours);
    // Also where Django made it from one of ours: after an exchange there, its own id leads to a session (lib/auth/adopt-session.ts).
    if (!ours || SIMPLEJWT_ID.test(token.jti)) own.push(...ownSessions(token, read));
  }
  return endBlacklisted(db, own, continued);
}

const ourClaims = z.object({ sid: z.string(), gen: z.int() });
const issue = z.object({ iat: z.number() });
const userId = z.coerce.number().pipe(z.int().min(1));

function oursIn({ listed_at }: BlacklistedToken, claims: unknown): Continued | null {
  const { success, data } = ourClaims.safeParse(claims);
  const user = userOf(claims);
  return success && user !== null ? { session: data.sid, user_id: user, gen: data.gen, iat: issuedAt(claims), listed_at } : null;
}

// Without a signature of ours, the token's id could belong to any of the secrets.
function ownSessions({ jti, user_id, exp, listed_at }: BlacklistedToken, read: ReturnType<typeof readPyjwtClaims>): DjangosOwn[] {
  const ids = simplejwtSessionIds(jti).filter((_id, secret) => read === null || secret === read.secret);
  return ids.map((session) => ({
    session,
    jti,
    user_id: user_id ?? userOf(read?.claims),
    iat: issuedAt(read?.claims),
    exp,
    listed_at,
  }));
}

function userOf(claims: unknown): number | null {
  const said = (claims as Record<string, unknown> | null | undefined)?.[config().LEGACY_SIMPLEJWT_USER_CLAIM];
  return userId.safeParse(said).data ?? null;
}

function issuedAt(claims: unknown): number | null {
  return issue.safeParse(claims).data?.iat ?? null;
}
