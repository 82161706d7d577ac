import { Agent } from "node:http";
import { expect, test } from "vitest";
import { freshName, send, signUp } from "#e2e/client.ts";
import { startPostgres, startServer } from "#e2e/harness.ts";

// Whether a stranger could learn from response times alone that somebody has an account.

/** With 500 samples on either side chance alone gets outside of 0.45 to 0.55 once in 160 runs, with 800 once in 2,000. */
const TIMINGS = 1_600;

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
  const timings: Awaited<ReturnType<typeof measure>>[] = [];
  while (timings.length < TIMINGS) {
    for (const [isKnown, isLong] of shuffled([...KINDS])) timings.push(await measure(isKnown, isLong));
  }
  agent.destroy();
  await server.stop();
  await postgres.stop();
  const of = (known: boolean) => timings.filter(({ isKnown }) => isKnown === known).map(({ milliseconds }) => milliseconds);
  expect(Math.abs(areaUnderCurve(of(true), of(false)) - 0.5)).toBeLessThan(0.05);
}, 600_000);

const KINDS = [
  [true, true],
  [true, false],
  [false, true],
  [false, false],
] as const;

/** How often a value of the first is greater than one of the second: 0.5 where a classifier is no better than chance. */
function areaUnderCurve(first: number[], second: number[]): number {
  const ranked = [...first.map((value) => ({ value, isFirst: true })), ...second.map((value) => ({ value, isFirst: false }))];
  ranked.sort((a, b) => a.value - b.value);
  const ranks = ranked.reduce((sum, { isFirst }, index) => sum + (isFirst ? index + 1 : 0), 0);
  return (ranks - (first.length * (first.length + 1)) / 2) / (first.length * second.length);
}

function shuffled<Item>(items: Item[]): Item[] {
  for (let index = items.length - 1; index > 0; index -= 1) {
    const other = Math.floor(Math.random() * (index + 1));
    [items[index], items[other]] = [items[other] as Item, items[index] as Item];
  }
  return items;
}
