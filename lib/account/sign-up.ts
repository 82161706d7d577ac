import { isEmailTaken } from "#db/email-addresses.ts";
import type { Database } from "#db/pool.ts";
import { findTaken, insertUser, type NewUser } from "#db/users.ts";
import { type User, user as userAnswer } from "#lib/answers.ts";
import { rememberEvent } from "#lib/auth/account-events.ts";
import { now } from "#lib/auth/clock.ts";
import { config } from "#lib/config.ts";
import { AppError } from "#lib/errors.ts";
import { post } from "#lib/mail/letter.ts";
import { confirmEmail } from "#lib/mail/letters/confirm-email.ts";
import { usernameKey } from "#lib/names/username-key.ts";
import { record } from "#lib/observe/events.ts";
import type { Hash } from "#lib/passwords/hash-queue.ts";
import { hashPassword } from "#lib/passwords/hashing.ts";
import { newPasswordProblems } from "#lib/passwords/new-password-problems.ts";
import type { Problems } from "#lib/problems.ts";
import type { SignUpValues } from "#lib/schemas.ts";
import { birthDateProblems } from "./birth-date.ts";

/** How many inserts are tried if another signup takes the name and its account is deleted again, while the password hashes. */
const MOST_TRIES = 3;

/**
 * Makes an account, and welcomes its owner with a mail that asks to confirm the address. `signUpRules` must have accepted the
 * fields.
 * @param hash null for an operator's command. The operator answers for the address: it counts as verified, and gets no mail
 * @throws {AppError} `invalid_input` if another signup took the name or the address while the password was hashed; `unavailable`
 */
export async function signUp(db: Database, { password, ...details }: SignUpValues, hash: Hash | null): Promise<User> {
  const user = newUser(details, hash === null);
  const encoded = await hashPassword(hash, password);
  return insertOrRefuse(db, user, (part) => insertUser(part, user, encoded));
}

/**
 * Makes an account without a password, for somebody who was identified by other means. `signUpRules` must have accepted the fields.
 * @param isVerified whether the address is known to be theirs. If not, a mail asks to confirm it
 * @param link adds the way in, in the same transaction
 * @throws {AppError} as `signUp` does, and what `link` throws
 */
export async function signUpWithoutPassword(
  db: Database,
  details: Omit<SignUpValues, "password">,
  isVerified: boolean,
  link: (db: Database, userId: number) => Promise<void>,
): Promise<User> {
  const user = newUser(details, isVerified);
  return insertOrRefuse(db, user, async (part) => {
    const id = await insertUser(part, user, null);
    if (id !== null) await link(part, id);
    return id;
  });
}

/** The signup's rules beyond its schema: the settings' limits, and a username and an address that are not taken. */
export async function signUpRules(db: Database, fields: Partial<SignUpValues>): Promise<Problems> {
  const { password, username, email, age } = fields;
  const taken = await takenProblems(db, fields);
  return {
    password: password === undefined ? [] : await newPasswordProblems(password, { username, email }),
    age: age === undefined ? [] : birthDateProblems(age, config().MINIMUM_AGE, now()),
    ...taken,
  };
}

async function takenProblems(db: Database, { username, email }: Partial<SignUpValues>): Promise<Problems> {
  if (username === undefined && email === undefined) return {};
  const key = username === undefined ? null : usernameKey(username);
  const taken = await findTaken(db, { usernameKey: key, email: email ?? null, userId: null });
  return {
    ...(taken.username ? { username: [{ code: "username_taken" }] } : {}),
    ...(taken.email ? { email: [{ code: "email_taken" }] } : {}),
  };
}

function newUser({ age, ...details }: Omit<SignUpValues, "password">, isVerified: boolean): NewUser {
  const email_verified_at = isVerified ? now() : null;
  return { ...details, email_verified_at, username_key: usernameKey(details.username), birth_date: age };
}

type Insert = (db: Database) => Promise<number | null>;

// Another signup may have taken the name in the meantime. If that account is gone again, the insert is repeated.
async function insertOrRefuse(db: Database, user: NewUser, insert: Insert): Promise<User> {
  for (let tries = 0; tries < MOST_TRIES; tries += 1) {
    const id = await insertWithEvent(db, user, insert);
    if (id === null) {
      const fields = await takenProblems(db, user);
      if (Object.keys(fields).length > 0) throw new AppError("invalid_input", { fields });
      continue;
    }
    record("signup", { user_id: id });
    // The answer's schema decides which fields leave.
    return userAnswer.parse({ ...user, id, age: user.birth_date });
  }
  throw new AppError("unavailable", { retryAfter: 1 });
}

async function insertWithEvent(db: Database, user: NewUser, insert: Insert): Promise<number | null> {
  const inserting = db.transaction(async (part) => {
    const id = await insert(part);
    if (id === null) return null;
    await rememberEvent(part, id, "signup");
    if (!user.email_verified_at) await post(part, confirmEmail, { address: user.email, userId: id, facts: { isWelcome: true } });
    return id;
  });
  return inserting.catch((error: unknown) => {
    if (isEmailTaken(error)) return null;
    throw error;
  });
}
