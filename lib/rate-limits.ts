import type { Database } from "#db/pool.ts";
import { countAttempt, deleteAttempts, forgiveAttempts } from "#db/rate-limits.ts";
import { record } from "#lib/observe/events.ts";
import { perProcess } from "#lib/per-process.ts";
import { type Config, config } from "./config.ts";
import { AppError } from "./errors.ts";

export type LimitName = keyof typeof LIMITS;
/** A counted attempt. */
export type Attempt = { key: string };

/** The setting of each limit: how many attempts in how many seconds. */
const LIMITS = {
  login_address: "RATE_LIMIT_LOGIN_ADDRESS",
  login_account_address: "RATE_LIMIT_LOGIN_ACCOUNT_ADDRESS",
  login_account: "RATE_LIMIT_LOGIN_ACCOUNT",
  second_factor_account: "RATE_LIMIT_LOGIN_ACCOUNT",
  passkey: "RATE_LIMIT_PASSKEY",
  signup: "RATE_LIMIT_SIGNUP",
  refresh: "RATE_LIMIT_REFRESH",
  account: "RATE_LIMIT_ACCOUNT",
  recovery: "RATE_LIMIT_RECOVERY",
  mail_link: "RATE_LIMIT_MAIL_LINK",
  provider: "RATE_LIMIT_PROVIDER",
} satisfies Record<string, keyof Config>;

export const LIMIT_NAMES = Object.keys(LIMITS);

const MOST_REMEMBERED = 10_000;
/** After this time the database is asked again: attempts may have been forgiven, or an operator may have deleted the row. */
const REMEMBERED_MS = 10_000;

// A throttled subject is refused from memory for a while, so that a flood costs no statements. Times in ms.
type Refusal = { resetsAt: number; forgottenAt: number };
const throttled = perProcess("throttled", () => new Map<string, Refusal>()).get;

/**
 * Counts an attempt of `subject` before it is made, so that simultaneous attempts can't exceed the limit.
 * @throws {AppError} `throttled` when the limit is used up
 */
export async function countOrRefuse(db: Database, name: LimitName, subject: string): Promise<Attempt> {
  const key = keyOf(name, subject);
  if (config().RATE_LIMITS === "off") return { key };
  refuseRemembered(name, subject);
  const { most, seconds } = config()[LIMITS[name]];
  const { used, resetsIn } = await countAttempt(db, key, seconds);
  if (used <= most) return { key };
  rememberThrottled(key, resetsIn);
  // Only the first refusal is logged: a flood is one line.
  throw refusal(name, resetsIn, used > most + 1);
}

/** Refuses a subject that is remembered as throttled, and counts nothing. @throws {AppError} `throttled` */
export function refuseRemembered(name: LimitName, subject: string): void {
  const remembered = config().RATE_LIMITS === "off" ? null : secondsThrottled(keyOf(name, subject));
  if (remembered !== null) throw refusal(name, remembered, true);
}

/** An attempt of `subject` that may have been counted. */
export function attemptOf(name: LimitName, subject: string): Attempt {
  return { key: keyOf(name, subject) };
}

/** Forgives attempts that succeeded: `once` takes back one attempt each, `all` resets the whole count. */
export async function forgive(db: Database, attempts: { once: Attempt[]; all: Attempt[] }): Promise<void> {
  if (config().RATE_LIMITS === "off") return;
  const keys = (list: Attempt[]) => list.map(({ key }) => key);
  await forgiveAttempts(db, { once: keys(attempts.once), all: keys(attempts.all) });
}

/** Deletes what was counted for a subject, and for its parts: for "1", also what was counted for "1:203.0.113.7". */
export async function forgetAttempts(db: Database, names: LimitName[], subject: string): Promise<void> {
  const subjects = names.map((name) => keyOf(name, subject));
  await deleteAttempts(db, subjects);
}

/** Does the work, and takes the attempts back if it fails as `unavailable`: a request that could not be served is no attempt. */
export async function forgiveUnavailable<Outcome>(
  db: Database,
  attempts: Attempt[],
  work: () => Promise<Outcome>,
): Promise<Outcome> {
  try {
    return await work();
  } catch (error) {
    const isUncounted = attempts.length > 0 && error instanceof AppError && error.code === "unavailable";
    if (isUncounted) await forgive(db, { once: attempts, all: [] });
    throw error;
  }
}

function keyOf(name: LimitName, subject: string): string {
  return `${name}:${subject}`;
}

function refusal(name: LimitName, resetsIn: number, isRepeated: boolean): AppError {
  const { most, seconds } = config()[LIMITS[name]];
  record("throttle", { limit: name, resets_in: resetsIn }, { isRepeated });
  return new AppError("throttled", { limit: name.replaceAll("_", "-"), most, seconds, resetsIn });
}

function secondsThrottled(key: string): number | null {
  const refusal = throttled().get(key);
  if (!refusal) return null;
  const now = performance.now();
  if (now < Math.min(refusal.resetsAt, refusal.forgottenAt)) return Math.ceil((refusal.resetsAt - now) / 1_000);
  throttled().delete(key);
  return null;
}

// When the memory is full, the oldest entry makes room: its subject costs a statement again, and nothing more.
function rememberThrottled(key: string, seconds: number): void {
  const [oldest] = throttled().keys();
  if (throttled().size >= MOST_REMEMBERED && oldest !== undefined) throttled().delete(oldest);
  const now = performance.now();
  if (!throttled().has(key)) throttled().set(key, { resetsAt: now + seconds * 1_000, forgottenAt: now + REMEMBERED_MS });
}
