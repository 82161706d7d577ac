import type { Database } from "#db/pool.ts";
import { findTaken, insertUser, type NewUser } from "#db/users.ts";
import { type User, user as userAnswer } from "#lib/answers.ts";
import { now } from "#lib/auth/clock.ts";
import { config } from "#lib/config.ts";
import { AppError } from "#lib/errors.ts";
import { usernameKey } from "#lib/names/username-key.ts";
import { record } from "#lib/observe/events.ts";
import type { Hash } from "#lib/passwords/hash-queue.ts";
import { hashPassword } from "#lib/passwords/hashing.ts";
import { passwordProblems } from "#lib/passwords/rules.ts";
import { type SignUpValues, signUpInput } from "#lib/schemas.ts";
import { birthDateProblems } from "./birth-date.ts";

type Fields = Record<string, string[]>;

/** How often a name may be taken while a password is hashed, and be free again when that is looked at. */
const MOST_TRIES = 3;

/**
 * Makes an account from what somebody sent.
 * @param hash null for an operator's command
 * @throws {AppError} `invalid_input` with everything that is wrong, not the first alone; `unavailable`
 */
export async function signUp(db: Database, body: Record<string, unknown>, hash: Hash | null): Promise<User> {
  const { values, fields } = readFields(body);
  const problems = { ...fields, ...ruleProblems(values), ...(await takenProblems(db, values)) };
  const complete = signUpInput.safeParse(body);
  if (Object.keys(problems).length > 0 || !complete.success) throw new AppError("invalid_input", { fields: problems });
  const { password, ...details } = complete.data;
  const { age, ...columns } = details;
  const user: NewUser = { ...columns, username_key: usernameKey(columns.username), birth_date: age };
  const id = await insertOrRefuse(db, user, await hashPassword(hash, password));
  record("signup", { user_id: id });
  // What leaves is what the answer's schema names.
  return userAnswer.parse({ id, ...details });
}

// Each field by itself, so that one that is wrong hides nothing about the others.
function readFields(body: Record<string, unknown>): { values: Partial<SignUpValues>; fields: Fields } {
  const values: Partial<SignUpValues> = {};
  const fields: Fields = {};
  for (const name of signUpInput.keyof().options) {
    const result = signUpInput.shape[name].safeParse(body[name]);
    if (result.success) values[name] = result.data;
    else fields[name] = result.error.issues.map((issue) => issue.message);
  }
  return { values, fields };
}

function ruleProblems({ password, username, email, age }: Partial<SignUpValues>): Fields {
  const { PASSWORD_MIN_LENGTH, MINIMUM_AGE } = config();
  return listed({
    password: password === undefined ? [] : passwordProblems(password, { username, email }, PASSWORD_MIN_LENGTH),
    age: age === undefined ? [] : birthDateProblems(age, MINIMUM_AGE, now()),
  });
}

async function takenProblems(db: Database, { username, email }: Partial<SignUpValues>): Promise<Fields> {
  if (username === undefined && email === undefined) return {};
  const key = username === undefined ? null : usernameKey(username);
  const taken = await findTaken(db, { usernameKey: key, email: email ?? null });
  return listed({
    username: taken.username ? ["A user with that username already exists."] : [],
    email: taken.email ? ["A user with that email already exists."] : [],
  });
}

// Somebody may have been faster while the password was hashed, and be gone again: then there is nothing to refuse.
async function insertOrRefuse(db: Database, user: NewUser, encoded: string): Promise<number> {
  for (let tries = 0; tries < MOST_TRIES; tries += 1) {
    const id = await insertUser(db, user, encoded);
    if (id !== null) return id;
    const fields = await takenProblems(db, user);
    if (Object.keys(fields).length > 0) throw new AppError("invalid_input", { fields });
  }
  throw new AppError("unavailable", { retryAfter: 1 });
}

function listed(problems: Fields): Fields {
  return Object.fromEntries(Object.entries(problems).filter(([, messages]) => messages.length > 0));
}
