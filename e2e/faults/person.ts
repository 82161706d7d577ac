import { type Answer, logIn, type Sent, send, signUpBody } from "#e2e/client.ts";

// A user with a browser, who repeats a request without an answer or with a 503, and uses new cookies once they are set.

export type Attempt = {
  what: "signup" | "login" | "refresh" | "profile";
  /** Null where the connection broke before there was an answer. */
  answer: Answer | null;
  startedAt: number;
  milliseconds: number;
};
export type Account = ReturnType<typeof signUpBody>;
type Watch = {
  origin: () => string;
  attempts: Attempt[];
  /** When each request began that is not answered yet. */
  waiting: Set<number>;
  /** Signups that were answered with 201. */
  acknowledged: Account[];
  /** What must never happen, in words. */
  wrongs: string[];
  /** Makes the next refresh rotate, where the database is reachable. */
  age: (refreshToken: string) => Promise<unknown>;
  isOver: () => boolean;
};

const RETRY_MS = 150;
const PAUSE_MS = 25;
const REFRESHES = 40;
/** How many logins keep every core busy with hashes. */
const AT_ONCE = 4;

/** Signs up, logs in, and refreshes and reads the profile for a while. */
export async function live(watch: Watch): Promise<void> {
  const account = signUpBody();
  const made = await untilAnswered(watch, "signup", { json: account }, (status) => status === 201 || status === 400);
  if (!made) return;
  if (made.status === 201) watch.acknowledged.push(account);
  // An earlier attempt made the account, and its answer was lost.
  else if (
    made.text !== '{"username":["A user with that username already exists."],"email":["A user with that email already exists."]}'
  )
    watch.wrongs.push(`a signup was refused: ${made.text}`);
  const { username, password } = account;
  let current = await untilAnswered(watch, "login", { json: { username, password } }, (status) => status === 200);
  for (let count = 0; count < REFRESHES && current; count += 1) {
    await pause(PAUSE_MS);
    const cookies: Record<string, string> = current.cookies;
    await watch.age(cookies.refresh_token ?? "");
    current = await untilAnswered(watch, "refresh", { cookies }, (status) => status === 200);
    if (!current) return;
    const profile = await untilAnswered(watch, "profile", { cookies: current.cookies }, (status) => status === 200);
    if (profile && profile.json.username !== username) watch.wrongs.push(`${username} was taken for ${profile.text}`);
  }
}

const REQUESTS = {
  signup: ["POST", "/api/user/signup/"],
  login: ["POST", "/api/token/"],
  refresh: ["POST", "/api/token/refresh/"],
  profile: ["GET", "/api/user/profile/"],
} as const;

// Repeats a request until it is answered; null when the time is up, or when the answer is a wrong one.
async function untilAnswered(watch: Watch, what: Attempt["what"], sent: Sent, isGood: (status: number) => boolean) {
  const since = performance.now();
  while (!watch.isOver()) {
    const answer = await attempt(watch, what, sent);
    if (answer && isGood(answer.status)) return answer;
    if (answer && answer.status !== 503) {
      const seconds = ((performance.now() - since) / 1_000).toFixed(1);
      watch.wrongs.push(`${what} was answered ${answer.status} after ${seconds} s: ${answer.text}`);
      return null;
    }
    await pause(RETRY_MS);
  }
  return null;
}

async function attempt({ origin, attempts, waiting }: Watch, what: Attempt["what"], sent: Sent): Promise<Answer | null> {
  const [method, path] = REQUESTS[what];
  const startedAt = performance.now();
  waiting.add(startedAt);
  const answer = await send(origin(), method, path, sent).catch(() => null);
  waiting.delete(startedAt);
  attempts.push({ what, answer, startedAt, milliseconds: performance.now() - startedAt });
  return answer;
}

/** Logs in to each of these accounts with its password. Returns those that refuse it. */
export async function accountsThatRefuse(origin: string, accounts: Account[]): Promise<string[]> {
  const closed: string[] = [];
  const left = [...accounts];
  const logInToSome = async () => {
    for (let account = left.pop(); account; account = left.pop()) {
      const { username } = account;
      await logIn(origin, account).catch((error) => closed.push(`${username}: ${error.message}`));
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, logInToSome));
  return closed;
}

export function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
