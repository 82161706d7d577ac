import "server-only";

import { type AccountRow, findAccountById } from "#db/passwords.ts";
import type { Database } from "#db/pool.ts";
import { advanceSession } from "#db/rotate-session.ts";
import type { SessionRow } from "#db/sessions.ts";
import type { Viewer } from "#lib/auth/authenticate.ts";
import { tokensOf } from "#lib/auth/open-session.ts";
import { findProofMethods } from "#lib/auth/proof-methods.ts";
import { rememberRevocation } from "#lib/auth/revocations.ts";
import type { Tokens } from "#lib/auth/tokens.ts";
import { refreshGraceSeconds } from "#lib/config.ts";
import { AppError } from "#lib/errors.ts";
import { checkPasskey, type PasskeySender, spendPasskey } from "#lib/factors/check-passkey.ts";
import { spendCode } from "#lib/factors/spend-code.ts";
import { record } from "#lib/observe/events.ts";
import { isOwnPassword } from "#lib/passwords/check-password.ts";
import { countCodeGuess, countGuessAt, type Guesser } from "#lib/passwords/count-guess.ts";
import type { Problem } from "#lib/problems.ts";
import { forgive } from "#lib/rate-limits.ts";
import type { ReauthenticateValues } from "#lib/schemas.ts";

/** What is sent to prove who somebody is, without a walk to a provider. */
type Proof = Omit<ReauthenticateValues, "provider">;
type Prover = { db: Database; viewer: Viewer; account: AccountRow; sender: Guesser & PasskeySender };

/**
 * Proves that the holder of a session is the account's owner. For `REAUTHENTICATION_SECONDS` the session may then do what needs a
 * fresh proof.
 * @returns the session's new tokens, as after a refresh
 * @throws {AppError} `invalid_input` for a wrong password, code or passkey, which counts as a wrong login;
 *   `reauthentication_required` for a password alone where there is a second factor; `throttled`; `unavailable`;
 *   `access_token_not_valid` if the session has ended
 */
export async function reauthenticate(
  db: Database,
  viewer: Viewer,
  { password, code, passkey }: Proof,
  sender: Guesser & PasskeySender,
): Promise<Tokens> {
  const { userId, sessionId } = viewer;
  const account = await findAccountById(db, userId, sender.address);
  if (!account?.is_active) throw sessionOver();
  const prover: Prover = { db, viewer, account, sender };
  let session: SessionRow;
  if (code !== undefined) session = await proveByCode(prover, code);
  else if (passkey !== undefined) session = await proveByPasskey(prover, passkey);
  else session = await proveByPassword(prover, password ?? "");
  record("reauthentication", { user_id: userId, session: sessionId });
  return tokensOf(session);
}

async function proveByPassword({ db, viewer, account, sender }: Prover, password: string): Promise<SessionRow> {
  if (account.has_second_factor) {
    throw new AppError("reauthentication_required", { methods: await findProofMethods(db, account.id) });
  }
  const isRight = await isOwnPassword(db, sender.hash, account, password, sender.address);
  if (!isRight) throw wrong("password", "wrong_password");
  return prove(db, viewer);
}

async function proveByCode({ db, viewer, account, sender }: Prover, code: string): Promise<SessionRow> {
  const guesses = await countCodeGuess(db, account, sender.address);
  const proved = await db.transaction(async (part) => {
    const ended = await spendCode(part, viewer, code);
    return ended && { ended, session: await prove(part, viewer) };
  });
  if (!proved) {
    record("code_refused", { user_id: account.id });
    throw wrong("code", "wrong_code");
  }
  proved.ended.forEach(rememberRevocation);
  await forgive(db, { once: [], all: guesses });
  return proved.session;
}

async function proveByPasskey({ db, viewer, account, sender }: Prover, response: unknown): Promise<SessionRow> {
  const guesses = await countGuessAt(db, account, sender.address);
  const checked = await checkPasskey(db, response, sender);
  if (checked?.passkey.user_id !== account.id) throw wrong("passkey", "wrong_passkey");
  const session = await db.transaction(async (part) => {
    if (!(await spendPasskey(part, checked))) throw wrong("passkey", "wrong_passkey");
    return prove(part, viewer);
  });
  await forgive(db, { once: [], all: guesses });
  return session;
}

async function prove(db: Database, { sessionId }: Viewer): Promise<SessionRow> {
  const session = await advanceSession(db, { id: sessionId, grace: refreshGraceSeconds(), isProved: true });
  if (!session) throw sessionOver();
  return session;
}

function wrong(field: string, code: Extract<Problem["code"], "wrong_password" | "wrong_code" | "wrong_passkey">): AppError {
  return new AppError("invalid_input", { fields: { [field]: [{ code }] } });
}

function sessionOver(): AppError {
  return new AppError("access_token_not_valid", { reason: "invalid" });
}
