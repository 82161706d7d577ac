import { Agent } from "node:http";
import { expect, test } from "vitest";
import { freshName, send, signUp } from "#e2e/client.ts";
import { startPostgres, startServer } from "#e2e/harness.ts";
import { distinguishability, shuffled, type Timing } from "./distinguishability.ts";

// Whether a stranger could learn from response times alone that somebody has an account.

/** With 500 samples on either side chance alone gets outside of 0.45 to 0.55 once in 160 runs, with 800 once in 2,000. */
const TIMINGS = 1_600;
const BOUND = 0.05;
/**
 * Within this, half of the samples are enough. A difference of 0.07 gets there once in 70 runs; after all samples it is missed once
 * in 12.
 */
const CLEARLY_WITHIN = 0.025;

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
  const difference = () => Math.abs(distinguishability(timings) - 0.5);
  const isClear = () => timings.length === TIMINGS / 2 && difference() < CLEARLY_WITHIN;
  while (timings.length < TIMINGS && !isClear()) {
    for (const [isKnown, isLong] of shuffled([...KINDS])) timings.push(await measure(isKnown, isLong));
  }
  agent.destroy();
  await server.stop();
  await postgres.stop();
  expect(difference()).toBeLessThan(BOUND);
}, 600_000);

const KINDS = [
  [true, true],
  [true, false],
  [false, true],
  [false, false],
] as const;
