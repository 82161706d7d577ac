import type { Answer } from "#e2e/client.ts";
import { sign } from "#e2e/forge.ts";
import type { BothSites } from "./both-sites.ts";
import type { Crowd } from "./crowd.ts";
import { copyOf, getProfile, refresh, type Visitor } from "./visitor.ts";
import type { Walk } from "./visits.ts";

/** How long a logout at one site may take to arrive at the other: a poll of the blacklist, one of the revocations, and some load. */
export const ARRIVAL_MS = 4_000;

/** Tries every token that must open nothing, at both sites, past Nginx. What opens something is a fault of the walk. */
export async function intrude(
  walk: Walk,
  { django }: BothSites,
  application: string,
  { disabled, deleted }: Crowd,
): Promise<void> {
  const atDjango = django.origin;
  const arrived = walk.left.filter(({ at }) => Date.now() - at > ARRIVAL_MS).map(({ visitor }) => visitor);
  const attempts = [
    ...[...disabled, ...deleted, ...arrived].flatMap((visitor) => [
      refused(walk, `${visitor.username} reads the profile here`, getProfile(application, copyOf(visitor))),
      refused(walk, `${visitor.username} refreshes here`, refresh(application, copyOf(visitor))),
    ]),
    // simplejwt refreshes for disabled and deleted users, but their new tokens open nothing.
    ...[...disabled, ...deleted].map((visitor) =>
      refused(walk, `${visitor.username} reads the profile at Django`, getProfile(atDjango, copyOf(visitor))),
    ),
    // simplejwt refuses the refresh token of a logout, and the access token only once that has expired.
    ...(django.settings.hasBlacklist ? arrived : []).map((visitor) =>
      refused(walk, `${visitor.username} refreshes at Django`, refresh(atDjango, copyOf(visitor))),
    ),
    ...Object.entries(forgeries(django.settings.secret)).flatMap(([what, visitor]) =>
      [application, atDjango].map((origin) => refused(walk, `${what} at ${origin}`, getProfile(origin, visitor))),
    ),
  ];
  await Promise.all(attempts);
}

async function refused(walk: Walk, who: string, attempt: Promise<Answer>): Promise<void> {
  const { status, text } = await attempt;
  if (status !== 401) walk.faults.push({ phase: walk.phase, who, status, text });
}

/** Access tokens that nobody was given. */
function forgeries(secret: string): Record<string, Visitor> {
  const now = Math.floor(Date.now() / 1_000);
  const claims = { token_type: "access", exp: now + 60, iat: now, jti: "0".repeat(32), user_id: 7 };
  const unsigned = `${Buffer.from('{"alg":"none","typ":"JWT"}').toString("base64url")}.${sign(claims, secret).split(".")[1]}.`;
  const tokens = {
    "a token of another secret": sign(claims, "another secret that is long enough to sign with"),
    "a refresh token": sign({ ...claims, token_type: "refresh" }, secret),
    "an expired token": sign({ ...claims, exp: now - 60 }, secret),
    "a token of a user whom there is not": sign({ ...claims, user_id: 999_999_999 }, secret),
    "a token without a signature": unsigned,
  };
  const visitorWith = (access: string): Visitor => ({ username: "", password: null, keeps: "bodies", tokens: { access } });
  return Object.fromEntries(Object.entries(tokens).map(([what, access]) => [what, visitorWith(access)]));
}
