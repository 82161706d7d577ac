import { randomBytes } from "node:crypto";
import { codeAt } from "./authenticator-app.ts";
import { type Answer, newSession, type Sent, send } from "./client.ts";
import { claimsOf, linkKey, sign } from "./forge.ts";
import { withDatabase } from "./harness.ts";
import { unlessBusy } from "./unless-busy.ts";

// Accounts with a second factor, which they got by the real endpoints.

type Cookies = Record<string, string>;
type Enrolled = { secret: string; recoveryCodes: string[] };

/**
 * Switches the codes of an authenticator app on, for the holder of a session that has a fresh proof. The code that did so is used up.
 * `forgetUsedCodes` makes it good again.
 */
export async function enrol(origin: string, cookies: Cookies, sent: Sent = {}): Promise<Enrolled> {
  const begun = await send(origin, "POST", "/api/user/totp/", { ...sent, cookies });
  if (begun.status !== 200) throw new Error(`beginning codes answered ${begun.status}: ${begun.text}`);
  const { secret } = begun.json;
  const confirmed = await send(origin, "POST", "/api/user/totp/confirm/", { ...sent, cookies, json: { code: codeAt(secret) } });
  if (confirmed.status !== 200) throw new Error(`confirming codes answered ${confirmed.status}: ${confirmed.text}`);
  return { secret, recoveryCodes: confirmed.json.recovery_codes };
}

/**
 * A new account with a second factor, signed in by the session that added it. No code of its app was used yet.
 * @param databaseUrl of the server's database; by default the shared one
 */
export async function newGuarded(origin: string, databaseUrl = process.env.TEST_DATABASE_URL ?? "") {
  const session = await newSession(origin);
  const enrolled = await enrol(origin, session.cookies);
  await forgetUsedCodes(session.user.id, databaseUrl);
  return { ...session, ...enrolled };
}

/** Makes an account's used codes good again, in place of a wait for the app's next code. */
export function forgetUsedCodes(userId: number, databaseUrl = process.env.TEST_DATABASE_URL ?? ""): Promise<unknown> {
  return withDatabase(databaseUrl, (query) => query("update totp_secrets set last_step = 0 where user_id = $1", [userId]));
}

/** Logs in with the password, which asks for a second factor. @returns the challenge */
export async function challengeOf(
  origin: string,
  user: { username: string; password: string },
  sent: Sent = {},
): Promise<string> {
  const { username, password } = user;
  const answer = await unlessBusy(() => send(origin, "POST", "/api/token/", { ...sent, json: { username, password } }));
  if (answer.json?.code !== "second_factor_required") throw new Error(`login answered ${answer.status}: ${answer.text}`);
  return answer.json.challenge;
}

/** Another challenge, as if the password had been checked once more. @param secret the server's AUTH_SECRET */
export function anotherChallenge(challenge: string, secret: string): string {
  const claims = claimsOf(challenge);
  const later = Math.floor(Date.now() / 1_000) - Number(claims.iat);
  const times = { iat: Number(claims.iat) + later, exp: Number(claims.exp) + later };
  return sign({ ...claims, ...times, jti: randomBytes(16).toString("base64url") }, linkKey(secret, "second-factor"));
}

/** Answers a challenge with a code. */
export function answerChallenge(origin: string, challenge: unknown, code: unknown, sent: Sent = {}): Promise<Answer> {
  return send(origin, "POST", "/api/token/second-factor/", { ...sent, json: { challenge, code } });
}

/** Logs in with the password and a code. */
export async function logInWithCode(origin: string, user: { username: string; password: string }, code: string) {
  const answer = await answerChallenge(origin, await challengeOf(origin, user), code);
  if (answer.status !== 200) throw new Error(`login with a code answered ${answer.status}: ${answer.text}`);
  return { cookies: answer.cookies, refresh: answer.json.refresh as string, sid: claimsOf(answer.json.refresh).sid };
}

/** Gives an account a passkey that nobody holds: for what becomes of passkeys, not for logging in. */
export function insertPasskey(databaseUrl: string, userId: number, name: string): Promise<unknown> {
  return withDatabase(databaseUrl, (query) =>
    query(
      `with known as (update users set passkey_handle = coalesce(passkey_handle, 'handle of ' || id) where id = $1 returning id)
       insert into passkeys (user_id, credential_id, public_key, counter, transports, may_sync, aaguid, is_synced, name)
       select id, $2::text || ' of ' || id, 'a public key', 7, '{internal}', true, 'an-aaguid', true, $2 from known`,
      [userId, name],
    ),
  );
}

/** What an account has beside its password. */
export async function factorsOf(userId: number, databaseUrl = process.env.TEST_DATABASE_URL ?? "") {
  const rows = await withDatabase(databaseUrl, (query) =>
    query(
      `select has_second_factor as asks, (select count(*)::int from totp_secrets where user_id = users.id) as secrets,
         (select count(*)::int from recovery_codes where user_id = users.id) as codes,
         (select array_agg(name order by id) from passkeys where user_id = users.id) as passkeys
       from users where id = $1`,
      [userId],
    ),
  );
  return rows[0];
}
