import { Agent } from "node:http";
import { expect, test } from "vitest";
import { freshName, send, signUp } from "#e2e/client.ts";
import { startPostgres, startServer, withDatabase } from "#e2e/harness.ts";
import { MAIL_FROM, startMailServer } from "#e2e/mail-server.ts";
import { distinguishability, shuffled, type Timing } from "./distinguishability.ts";

// Whether a stranger could learn from response times alone that somebody has an account.

/** With 500 samples on either side chance alone gets outside of 0.45 to 0.55 once in 160 runs, with 800 once in 2,000. */
const TIMINGS = 1_600;
/** Requests for known addresses, and as many for unknown ones. */
const RECOVERIES = 800;
/** How many addresses later each is asked for again: by then the sender is done with an unknown one, and maybe not with a known. */
const LATER = 10;

test("the time of a refused login does not tell whether the account exists, with very long passwords too", async () => {
  const postgres = await startPostgres();
  const server = await startServer({ DATABASE_URL: postgres.url, LOG_LEVEL: "warn", WEB_CONCURRENCY: "1" });
  const { username } = await signUp(server.origin);
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const measure = async (isKnown: boolean, isLong: boolean) => {
    const json = { username: isKnown ? username : freshName(), password: isLong ? "x".repeat(15_000) : "wrong-password" };
    const start = performance.now();
    const { status } = await send(server.origin, "POST", "/api/token/", { json, agent });
    expect(status).toBe(401);
    return { isKnown, milliseconds: performance.now() - start };
  };
  for (let count = 0; count < 20; count += 1) await measure(count % 2 === 0, count % 4 < 2);
  const timings: Timing[] = [];
  while (timings.length < TIMINGS) {
    for (const [isKnown, isLong] of shuffled([...KINDS])) timings.push(await measure(isKnown, isLong));
  }
  agent.destroy();
  await server.stop();
  await postgres.stop();
  expect(Math.abs(distinguishability(timings) - 0.5)).toBeLessThan(0.05);
}, 600_000);

test("the time of a request for recovery does not tell whether an account has the address, nor do later requests' times", async () => {
  const [postgres, mail] = await Promise.all([startPostgres(), startMailServer()]);
  const outbox = { SMTP_URL: mail.url, MAIL_FROM, PUBLIC_URL: "http://127.0.0.1:8000" };
  const server = await startServer({ DATABASE_URL: postgres.url, LOG_LEVEL: "warn", WEB_CONCURRENCY: "1", ...outbox });
  // Without accounts of their own: a known address is asked for as rarely as an unknown one, so that neither stands out.
  await withDatabase(postgres.url, (query) =>
    query(
      `insert into users (username, username_key, email, birth_date)
       select 'known' || n, 'known' || n, 'known' || n || '@example.com', '1990-01-02' from generate_series(1, $1) as n`,
      [RECOVERIES],
    ),
  );
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const ask = async (email: string) => {
    const start = performance.now();
    const { status } = await send(server.origin, "POST", "/api/user/password/reset/", { json: { email }, agent });
    expect(status).toBe(200);
    return performance.now() - start;
  };
  const timings = { first: [] as Timing[], repeated: [] as Timing[] };
  for (let warming = 0; warming < 20; warming += 1) await ask(`${freshName()}@example.com`);
  const emailOf = (isKnown: boolean, count: number) => `${isKnown ? "known" : "other"}${count}@example.com`;
  for (let count = 1; count <= RECOVERIES + LATER; count += 1) {
    for (const isKnown of shuffled([true, false])) {
      const [first, earlier] = [emailOf(isKnown, count), emailOf(isKnown, count - LATER)];
      if (count <= RECOVERIES) timings.first.push({ isKnown, milliseconds: await ask(first) });
      if (count > LATER) timings.repeated.push({ isKnown, milliseconds: await ask(earlier) });
    }
  }
  agent.destroy();
  await server.stop();
  await Promise.all([postgres.stop(), mail.stop()]);
  for (const each of Object.values(timings)) expect(Math.abs(distinguishability(each) - 0.5)).toBeLessThan(0.05);
}, 600_000);

const KINDS = [
  [true, true],
  [true, false],
  [false, true],
  [false, false],
] as const;
