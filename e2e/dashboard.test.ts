import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, inject, test } from "vitest";
import { send } from "./client.ts";
import { startServer } from "./harness.ts";
import { scrapeWhole } from "./scrape.ts";

// The Grafana dashboard and Prometheus' alarms use the metrics that exist.

type Panel = { targets?: { expr: string }[] };

const file = (path: string) => readFile(join(import.meta.dirname, "..", path), "utf8");
const { panels } = JSON.parse(await file("grafana/movieconnect.json")) as { panels: Panel[] };
const rules = await file("grafana/alerts.yml");
const alarms = [...rules.matchAll(/- alert: MovieConnect(\w+)\n\s+expr: (.+)\n/g)].map(([, name = "", expr = ""]) => ({
  name,
  expr,
}));
const expressions = panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr));

test("every metric on the dashboard exists, and every metric that exists is on the dashboard", async () => {
  const text = await scrapeWhole(inject("metrics"));
  const existing = [...text.matchAll(/^# TYPE (\w+) (counter|gauge|histogram)$/gm)].map(([, name = "", type = ""]) => ({
    name,
    type,
  }));
  const series = existing.flatMap(({ name, type }) => (type === "histogram" ? [`${name}_bucket`] : [name]));
  const drawn = expressions.flatMap((expr) => [...expr.matchAll(/\b(\w+)\{/g)].map(([, name]) => name));
  expect([...new Set(drawn)].sort()).toEqual(series.sort());
});

test("every alarm is about metrics that exist, and the operating guide says what to do about it", async () => {
  const text = await scrapeWhole(inject("metrics"));
  const existing = [...text.matchAll(/^# TYPE (\w+)/gm)].map(([, name]) => name);
  for (const { expr } of alarms) {
    const asked = [...expr.matchAll(/\b(?:movieconnect|process|nodejs)_\w+/g)].map(([name]) => name.replace(/_bucket$/, ""));
    expect(existing, expr).toEqual(expect.arrayContaining(asked));
  }
  const [, table = ""] = /^\| Alarm (.*?)\n\n/ms.exec(await file("docs/operating.md")) ?? [];
  const told = [...table.matchAll(/^\| `(\w+)` +\|[^|]{20,}\|[^|]{20,}\|$/gm)].map(([, name]) => name);
  expect(alarms.length).toBeGreaterThan(5);
  expect(told).toEqual(alarms.map(({ name }) => name));
});

test("every label that the dashboard or an alarm uses is one that its metric has", async () => {
  // So that every series is there.
  const providers = { AUTH_GITHUB_ID: "an-id", AUTH_GITHUB_SECRET: "a-secret" };
  const server = await startServer({ DATABASE_URL: inject("databaseUrl"), WEB_CONCURRENCY: "1", ...providers });
  await send(server.origin, "GET", "/login");
  const text = await scrapeWhole(server.metrics);
  await server.stop();
  for (const expr of [...expressions, ...alarms.map(({ expr }) => expr)]) {
    const [, grouping = ""] = /\bby \(([^)]*)\)/.exec(expr) ?? [];
    const [, name = "", selectors = ""] = /\b(\w+)\{([^}]*)\}/.exec(expr) ?? [];
    const asked = [...grouping.split(", "), ...[...selectors.matchAll(/(\w+)!?=/g)].map(([, label]) => label)];
    const [, given = ""] = new RegExp(`^${name}\\{(.*)\\} `, "m").exec(text) ?? [];
    const labels = [...given.matchAll(/(\w+)="/g)].map(([, label]) => label);
    // The scraper adds the labels `job` and `instance`.
    expect(["", "job", "instance", ...labels], expr).toEqual(expect.arrayContaining(asked));
  }
});
