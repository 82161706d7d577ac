import "server-only";

import { rememberLoginAddress } from "#db/login-addresses.ts";
import { type AccountRow, findAccountById } from "#db/passwords.ts";
import type { Database } from "#db/pool.ts";
import { listLinked } from "#db/provider-accounts.ts";
import { countAttempt } from "#db/rate-limits.ts";
import type { Credential } from "#db/sessions.ts";
import { isSpent, spend } from "#db/spent.ts";
import { openSession } from "#lib/auth/open-session.ts";
import { isConfigured } from "#lib/auth/providers.ts";
import { rememberRevocation } from "#lib/auth/revocations.ts";
import type { Tokens } from "#lib/auth/tokens.ts";
import { AppError } from "#lib/errors.ts";
import { checkPasskey, type PasskeySender } from "#lib/factors/check-passkey.ts";
import { CHALLENGE_SECONDS, type Challenge, isBoundTo, readChallenge } from "#lib/factors/second-factor-challenge.ts";
import { spendCode } from "#lib/factors/spend-code.ts";
import { countCodeGuess } from "#lib/passwords/count-guess.ts";
import type { Problems } from "#lib/problems.ts";
import { type Attempt, forgive } from "#lib/rate-limits.ts";
import type { SecondFactorValues } from "#lib/schemas.ts";
import { rememberRefusedFactor } from "./refused-login.ts";
import { refusePasskey, spendPasskeyOrRefuse } from "./refused-passkey-login.ts";

/** How many codes may be tried with one challenge. */
const MOST_CODES = 5;

/** Who shows a second factor: the client's address, the attempt that was counted for it, and where a passkey's answer comes from. */
type Client = PasskeySender & { address: string; attempt: Attempt | null };

/**
 * Opens a session for somebody whose password or provider was checked, and who now shows a second factor.
 * @returns the tokens, and by which door they came: "password", or a provider's id
 * @throws {AppError} `invalid_code`; `passkey_not_valid`; `challenge_not_valid` if it has expired or was used, or if the credential has
 *   changed or the second factor was removed since; `no_active_account`; `throttled`; `unavailable`
 */
export async function logInWithSecondFactor(
  db: Database,
  { challenge: token, code, passkey }: SecondFactorValues,
  client: Client,
): Promise<{ tokens: Tokens; door: string }> {
  const challenge = readChallenge(token);
  const account = challenge && (await findAccountById(db, challenge.userId, client.address));
  const credential = challenge && account && (await findCredential(db, account, challenge));
  if (!challenge || !account || !credential || (await isSpent(db, challenge.jti))) throw new AppError("challenge_not_valid");
  const shown: Shown = { db, account, challenge, client };
  const tokens = code === undefined ? await withPasskey(shown, credential, passkey) : await withCode(shown, credential, code);
  return { tokens, door: challenge.door };
}

/** One of the two is needed. */
export function secondFactorRules(_db: Database, { code, passkey }: Partial<SecondFactorValues>): Problems {
  return code === undefined && passkey === undefined ? { code: [{ code: "required" }] } : {};
}

type Shown = { db: Database; account: AccountRow; challenge: Challenge; client: Client };

async function withCode(shown: Shown, credential: Credential, code: string): Promise<Tokens> {
  const { db, account, challenge, client } = shown;
  const guesses = await countCode(shown);
  let ended: string[] = [];
  const opening = openSession(db, account.id, credential, async (part) => {
    const used = await spendCode(part, { userId: account.id, sessionId: null }, code);
    if (!used) throw new AppError("invalid_code");
    ended = used;
    await spendChallenge(part, challenge);
  });
  const tokens = await opening.catch((error: unknown) => rememberRefusedFactor(db, account.id, error));
  ended.forEach(rememberRevocation);
  await forgive(db, { once: client.attempt ? [client.attempt] : [], all: guesses });
  await rememberAddress(shown);
  return tokens;
}

async function withPasskey(shown: Shown, credential: Credential, response: unknown): Promise<Tokens> {
  const { db, account, challenge, client } = shown;
  const checked = await checkPasskey(db, response, client);
  if (checked?.passkey.user_id !== account.id) return refusePasskey(db, account.id);
  const opening = openSession(db, account.id, credential, async (part) => {
    await spendPasskeyOrRefuse(part, checked);
    await spendChallenge(part, challenge);
  });
  const tokens = await opening.catch((error: unknown) => rememberRefusedFactor(db, account.id, error));
  await forgive(db, { once: client.attempt ? [client.attempt] : [], all: [] });
  await rememberAddress(shown);
  return tokens;
}

// What the challenge was given for, if it still opens the account. Once the second factor is off, there is no code to wait for: the
// credential alone will do at the next login.
async function findCredential(db: Database, account: AccountRow, challenge: Challenge): Promise<Credential | null> {
  if (!account.is_active || !account.has_second_factor) return null;
  const credential = await currentCredential(db, account, challenge.door);
  return credential && isBoundTo(challenge, credential) ? credential : null;
}

async function currentCredential(db: Database, { id, password }: AccountRow, door: string): Promise<Credential | null> {
  if (door === "password") return password && { passwordChangedAt: password.changed_at };
  const linked = (await listLinked(db, id)).find(({ provider }) => provider === door && isConfigured(provider));
  return linked ? { provider: linked.provider, providerAccountId: linked.providerAccountId } : null;
}

// A code counts before it is compared, for the account and for the challenge.
async function countCode({ db, account, challenge, client }: Shown): Promise<Attempt[]> {
  const guesses = await countCodeGuess(db, account, client.address);
  const { used } = await countAttempt(db, `second_factor:${challenge.jti}`, CHALLENGE_SECONDS);
  if (used > MOST_CODES) throw new AppError("challenge_not_valid");
  return guesses;
}

async function spendChallenge(part: Database, { jti, expiresAt }: Challenge): Promise<void> {
  if (!(await spend(part, jti, expiresAt))) throw new AppError("challenge_not_valid");
}

async function rememberAddress({ db, account, challenge, client }: Shown): Promise<void> {
  const { id, password } = account;
  if (challenge.door === "password" && password) await rememberLoginAddress(db, id, client.address, password.changed_at);
}
