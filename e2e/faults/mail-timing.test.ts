import { Agent } from "node:http";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Answer, freshName, newSession, send } from "#e2e/client.ts";
import { askForEmail } from "#e2e/email-changes.ts";
import { startPostgres, startServer, type TestPostgres, type TestServer, withDatabase } from "#e2e/harness.ts";
import { MAIL_FROM, type MailServer, startMailServer } from "#e2e/mail-server.ts";
import { unlessBusy } from "#e2e/unless-busy.ts";
import { distinguishability, shuffled, type Timing } from "./distinguishability.ts";

// Whether the times of requests that send mails tell a stranger that somebody has an account.

/** How many known addresses are asked for, and as many unknown ones. */
const ADDRESSES = 800;
/** How many addresses later each is asked for again: by then the sender is done with an unknown one, and maybe not with a known. */
const LATER = 10;

let postgres: TestPostgres;
let mail: MailServer;
let server: TestServer;
const agent = new Agent({ keepAlive: true, maxSockets: 1 });
beforeAll(async () => {
  [postgres, mail] = await Promise.all([startPostgres(), startMailServer()]);
  const outbox = { SMTP_URL: mail.url, MAIL_FROM, PUBLIC_URL: "http://127.0.0.1:8000" };
  server = await startServer({ DATABASE_URL: postgres.url, LOG_LEVEL: "warn", WEB_CONCURRENCY: "1", ...outbox });
  // Many accounts: a known address is asked for as rarely as an unknown one, so that neither stands out.
  await withDatabase(postgres.url, (query) =>
    query(
      `insert into users (username, username_key, email, birth_date)
       select 'known' || n, 'known' || n, 'known' || n || '@example.com', '1990-01-02' from generate_series(1, $1) as n`,
      [ADDRESSES],
    ),
  );
});
afterAll(async () => {
  agent.destroy();
  await server.stop();
  await Promise.all([postgres.stop(), mail.stop()]);
});

const emailOf = (isKnown: boolean, count: number) => `${isKnown ? "known" : "other"}${count}@example.com`;

/** How long the request takes, in ms. One that a busy machine did not answer in time is made again, and does not count. */
async function timeOf(request: () => Promise<Answer>): Promise<number> {
  let start = 0;
  const answer = await unlessBusy(() => {
    start = performance.now();
    return request();
  });
  const milliseconds = performance.now() - start;
  expect(answer.status).toBe(200);
  return milliseconds;
}

test("the time of asking for a new address does not tell whether it is another account's", async () => {
  const { cookies } = await newSession(server.origin);
  const ask = (email: string) => timeOf(() => askForEmail(server.origin, cookies, email, { agent }));
  for (let warming = 0; warming < 20; warming += 1) await ask(`${freshName()}@example.com`);
  const timings: Timing[] = [];
  for (let count = 1; count <= ADDRESSES; count += 1) {
    for (const isKnown of shuffled([true, false])) timings.push({ isKnown, milliseconds: await ask(emailOf(isKnown, count)) });
  }
  expect(Math.abs(distinguishability(timings) - 0.5)).toBeLessThan(0.05);
}, 600_000);

test("the time of a request for recovery does not tell whether an account has the address, nor do later requests' times", async () => {
  const ask = (email: string) =>
    timeOf(() => send(server.origin, "POST", "/api/user/password/reset/", { json: { email }, agent }));
  const timings = { first: [] as Timing[], repeated: [] as Timing[] };
  for (let warming = 0; warming < 20; warming += 1) await ask(`${freshName()}@example.com`);
  for (let count = 1; count <= ADDRESSES + LATER; count += 1) {
    for (const isKnown of shuffled([true, false])) {
      const [first, earlier] = [emailOf(isKnown, count), emailOf(isKnown, count - LATER)];
      if (count <= ADDRESSES) timings.first.push({ isKnown, milliseconds: await ask(first) });
      if (count > LATER) timings.repeated.push({ isKnown, milliseconds: await ask(earlier) });
    }
  }
  for (const each of Object.values(timings)) expect(Math.abs(distinguishability(each) - 0.5)).toBeLessThan(0.05);
}, 600_000);
