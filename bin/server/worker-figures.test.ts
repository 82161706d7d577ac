import { closeSync, openSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { Registry } from "prom-client";
import { expect, test } from "vitest";
import { collectWorkerFigures } from "./worker-figures.ts";

/** A scrape of this process. */
function collecting() {
  const registry = new Registry();
  collectWorkerFigures(registry);
  return async () => {
    const figures = await registry.getMetricsAsJSON();
    return Object.fromEntries(figures.map(({ name, values }) => [name, values[0]?.value])) as Record<string, number>;
  };
}

test("a worker's figures have the names and units of Prometheus' own clients", async () => {
  const figures = await collecting()();
  expect(figures.process_resident_memory_bytes).toBeGreaterThan(figures.nodejs_heap_size_used_bytes ?? Number.NaN);
  expect(figures.process_max_fds).toBeGreaterThan(figures.process_open_fds ?? Number.NaN);
  const uptime = Date.now() / 1_000 - (figures.process_start_time_seconds ?? 0);
  expect(Math.abs(uptime - process.uptime())).toBeLessThan(5);
});

test("the CPU time is a counter that goes up by what was used", async () => {
  const scrape = collecting();
  const begin = process.cpuUsage();
  const before = (await scrape()).process_cpu_seconds_total ?? Number.NaN;
  work(100);
  const after = (await scrape()).process_cpu_seconds_total ?? Number.NaN;
  const { user, system } = process.cpuUsage(begin);
  expect(after).toBeGreaterThan(before);
  expect(after - before).toBeLessThanOrEqual((user + system) / 1e6 + 0.001);
});

test("the lag of the event loop is that since the last scrape", async () => {
  const scrape = collecting();
  // The first look sets the beginning of what is measured.
  await delay(50);
  work(1_500);
  await delay(50);
  const blocked = (await scrape()).nodejs_eventloop_lag_p99_seconds ?? Number.NaN;
  expect(blocked).toBeGreaterThan(1.2);
  await delay(200);
  expect((await scrape()).nodejs_eventloop_lag_p99_seconds).toBeLessThan(blocked);
});

test("a file that is opened counts as a descriptor", async () => {
  const scrape = collecting();
  const before = (await scrape()).process_open_fds ?? Number.NaN;
  const files = Array.from({ length: 50 }, () => openSync(import.meta.filename, "r"));
  const after = (await scrape()).process_open_fds;
  for (const file of files) closeSync(file);
  expect(after).toBeGreaterThan(before + 40);
});

function work(ms: number): void {
  const end = performance.now() + ms;
  while (performance.now() < end) Math.sqrt(end);
}
