import { Agent } from "node:http";
import { expect, test } from "vitest";
import { freshName, newSession } from "#e2e/client.ts";
import { askForEmail } from "#e2e/email-changes.ts";
import { startPostgres, startServer, withDatabase } from "#e2e/harness.ts";
import { MAIL_FROM, startMailServer } from "#e2e/mail-server.ts";
import { distinguishability, shuffled, type Timing } from "./distinguishability.ts";

/** How many addresses of other accounts are asked for, and as many free ones. */
const ADDRESSES = 800;

test("the time of asking for a new address does not tell whether it is another account's", async () => {
  const [postgres, mail] = await Promise.all([startPostgres(), startMailServer()]);
  const outbox = { SMTP_URL: mail.url, MAIL_FROM, PUBLIC_URL: "http://127.0.0.1:8000" };
  const server = await startServer({ DATABASE_URL: postgres.url, LOG_LEVEL: "warn", WEB_CONCURRENCY: "1", ...outbox });
  await withDatabase(postgres.url, (query) =>
    query(
      `insert into users (username, username_key, email, birth_date)
       select 'known' || n, 'known' || n, 'known' || n || '@example.com', '1990-01-02' from generate_series(1, $1) as n`,
      [ADDRESSES],
    ),
  );
  const { cookies } = await newSession(server.origin);
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const ask = async (email: string) => {
    const start = performance.now();
    expect((await askForEmail(server.origin, cookies, email, { agent })).status).toBe(200);
    return performance.now() - start;
  };
  for (let warming = 0; warming < 20; warming += 1) await ask(`${freshName()}@example.com`);
  const timings: Timing[] = [];
  for (let count = 1; count <= ADDRESSES; count += 1) {
    for (const isKnown of shuffled([true, false])) {
      timings.push({ isKnown, milliseconds: await ask(`${isKnown ? "known" : "other"}${count}@example.com`) });
    }
  }
  agent.destroy();
  await server.stop();
  await Promise.all([postgres.stop(), mail.stop()]);
  expect(Math.abs(distinguishability(timings) - 0.5)).toBeLessThan(0.05);
}, 600_000);
