import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { LONGEST_HASH_ANSWER_SECONDS } from "#lib/settings/waits.ts";
import { DRAIN_MS, killAfterMs, MESSAGE_MS } from "./stop-budget.ts";

const read = (file: string) => readFile(new URL(`../../${file}`, import.meta.url), "utf8");
const seconds = (text: string, pattern: RegExp) => Number(pattern.exec(text)?.[1]);

/** The `stop_grace_period` that a service of Compose's file has. */
const graceOf = (compose: string, service: string) =>
  seconds(compose, new RegExp(`^  ${service}:\\n(?:(?:    .*)?\\n)*?    stop_grace_period: (\\d+)s$`, "m"));

test("each bound of a stop holds the one inside of it, up to the container's grace", async () => {
  const [compose, dockerfile, proxy] = await Promise.all(
    ["docker-compose.yml", "Dockerfile", "nginx/movieconnect/proxy.conf"].map(read),
  );
  const delayMs = seconds(dockerfile ?? "", /SHUTDOWN_DELAY_MS=(\d+)/);
  const proxySeconds = seconds(proxy ?? "", /^proxy_read_timeout (\d+)s;$/m);
  // A request may still be arriving, and then has to wait for its hash.
  expect(DRAIN_MS).toBeGreaterThan(MESSAGE_MS + LONGEST_HASH_ANSWER_SECONDS * 1_000);
  expect(killAfterMs(delayMs)).toBeGreaterThan(delayMs + DRAIN_MS);
  expect(graceOf(compose ?? "", "web") * 1_000).toBeGreaterThan(killAfterMs(delayMs));
  // Nginx waits for the answer to the end, and is itself waited for.
  expect(proxySeconds).toBeGreaterThan(LONGEST_HASH_ANSWER_SECONDS);
  expect(graceOf(compose ?? "", "nginx")).toBeGreaterThan(proxySeconds);
});

test("no file of Compose shortens a grace", async () => {
  for (const file of ["docker-compose.override.yml", "docker-compose.prod.yml"]) {
    expect(await read(file)).not.toContain("stop_grace_period");
  }
});
