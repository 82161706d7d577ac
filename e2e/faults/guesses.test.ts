import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { codeAt, wrongCode } from "#e2e/authenticator-app.ts";
import { type Answer, PASSWORD, send, signUp } from "#e2e/client.ts";
import { startPostgres, startServer, type TestPostgres, type TestServer, withDatabase } from "#e2e/harness.ts";
import { anotherChallenge, answerChallenge, challengeOf, forgetUsedCodes, newGuarded } from "#e2e/second-factor.ts";
import { unlessBusy } from "#e2e/unless-busy.ts";

// Two workers that trust this machine as a proxy, so that tests can choose the client's address.

const AUTH_SECRET = randomBytes(32).toString("base64url");

let postgres: TestPostgres;
let server: TestServer;
beforeAll(async () => {
  postgres = await startPostgres();
  const variables = { DATABASE_URL: postgres.url, AUTH_SECRET, RATE_LIMITS: "on", LOG_LEVEL: "warn" };
  server = await startServer({ ...variables, TRUSTED_PROXIES: "127.0.0.1,::1" });
});
afterAll(async () => {
  await server.stop();
  await postgres.stop();
});

/** How many attempts a busy machine has answered with 503. They may have been counted, though nothing was compared. */
let unanswered = 0;
const answered = (ask: () => Promise<Answer>) =>
  unlessBusy(async () => {
    const answer = await ask();
    if (answer.status === 503) unanswered += 1;
    return answer;
  });
beforeEach(() => {
  unanswered = 0;
});

function attempt(username: string, address: string, password = "wrong-password"): Promise<Answer> {
  const sent = { json: { username, password }, headers: { "x-forwarded-for": address } };
  return answered(() => send(server.origin, "POST", "/api/token/", sent));
}

/** Expects that so many of the attempts were compared. */
function expectCompared(compared: Answer[], limit: number): void {
  expect(compared.length).toBeLessThanOrEqual(limit);
  expect(compared.length).toBeGreaterThanOrEqual(limit - unanswered);
}

describe("10,000 guesses at one account", () => {
  test.each([
    ["one address", 1],
    ["thousands of addresses", 10_000],
  ])(
    "from %s have at most 100 compared, and the owner logs in meanwhile",
    async (_whence, count) => {
      const { username, email } = await signUp(server.origin);
      const home = `203.0.113.${count % 250}`;
      expect((await attempt(username, home, PASSWORD)).status).toBe(200);
      const addresses = Array.from({ length: count }, (_, index) => `2001:db8:ffff:${index.toString(16)}::1`);
      const answers: Answer[] = [];
      let next = 0;
      const guess = async () => {
        while (next < 10_000) {
          const index = next;
          next += 1;
          answers.push(await attempt(index % 2 ? username : email.toUpperCase(), addresses[index % count] ?? ""));
          if (index === 5_000) expect((await attempt(username, home, PASSWORD)).status).toBe(200);
        }
      };
      // Few enough at once that on a slow machine, too, no guess is turned away with a 503 because too many wait for a hash.
      await Promise.all(Array.from({ length: 12 }, guess));
      expect(answers).toHaveLength(10_000);
      // Ten each by name and by e-mail address: a common count would tell that both belong to one account.
      expectCompared(
        answers.filter(({ status }) => status === 401),
        count === 1 ? 20 : 100,
      );
      expect(answers.every(({ status }) => status === 401 || status === 429)).toBe(true);
    },
    600_000,
  );
});

describe("guesses at the codes of an account, by somebody who has its password", () => {
  const from = (address: string) => ({ headers: { "x-forwarded-for": address } });
  const isCompared = ({ json }: Answer) => json.code === "invalid_code";

  test("10,000 from as many addresses have at most 100 compared, and the owner logs in meanwhile", {
    timeout: 600_000,
  }, async () => {
    const { origin } = server;
    const { user, secret } = await newGuarded(origin, postgres.directUrl);
    const logInAtHome = async () => {
      await forgetUsedCodes(user.id, postgres.directUrl);
      const home = from("203.0.113.251");
      return (await answerChallenge(origin, await challengeOf(origin, user, home), codeAt(secret), home)).status;
    };
    expect(await logInAtHome()).toBe(200);
    const wrong = wrongCode(secret);
    const answers: Answer[] = [];
    let challenge = "";
    let next = 0;
    const guess = async () => {
      while (next < 10_000) {
        const index = next;
        next += 1;
        const address = from(`2001:db8:fffe:${index.toString(16)}::1`);
        // A right password has wrong logins forgiven: these guesses must count apart from them. Too many of them refuse it, too.
        if (index % 50 === 0 && index < 1_000) challenge = await challengeOf(origin, user, address).catch(() => challenge);
        if (index === 5_000) expect(await logInAtHome()).toBe(200);
        const guessed = () => answerChallenge(origin, anotherChallenge(challenge, AUTH_SECRET), wrong, address);
        answers.push(await answered(guessed));
      }
    };
    challenge = await challengeOf(origin, user, from("2001:db8:fffd::1"));
    await Promise.all(Array.from({ length: 12 }, guess));
    expect(answers.length).toBe(10_000);
    expectCompared(answers.filter(isCompared), 100);
    expect(answers.every((answer) => isCompared(answer) || answer.status === 429)).toBe(true);
  });

  test("a new password, as after a recovery by mail, does not let them begin anew", async () => {
    const { origin } = server;
    const { user, secret } = await newGuarded(origin, postgres.directUrl);
    const wrong = wrongCode(secret);
    let challenge = "";
    const compared: Answer[] = [];
    for (let index = 0; index < 120; index += 1) {
      const address = from(`2001:db8:fffc:${index.toString(16)}::1`);
      if (index % 60 === 0) {
        const renew = "update passwords set changed_at = clock_timestamp() where user_id = $1";
        await withDatabase(postgres.directUrl, (query) => query(renew, [user.id]));
      }
      if (index % 20 === 0) challenge = await challengeOf(origin, user, address);
      const answer = await answered(() => answerChallenge(origin, anotherChallenge(challenge, AUTH_SECRET), wrong, address));
      if (isCompared(answer)) compared.push(answer);
      else expect(answer.status).toBe(429);
    }
    expectCompared(compared, 100);
  });
});
