import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, inject, test } from "vitest";
import { send } from "./client";

// The Grafana dashboard and what it is drawn from.

type Panel = { targets?: { expr: string }[] };

const FILE = join(import.meta.dirname, "..", "grafana", "movieconnect.json");
const { panels } = JSON.parse(await readFile(FILE, "utf8")) as { panels: Panel[] };
const expressions = panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr));

test("every metric on the dashboard exists, and every one that exists is on it", async () => {
  const { text } = await send(inject("origin"), "GET", "/api/metrics/");
  const existing = [...text.matchAll(/^# TYPE (\w+) (counter|gauge|histogram)$/gm)].map(([, name = "", type = ""]) => ({
    name,
    type,
  }));
  const series = existing.flatMap(({ name, type }) => (type === "histogram" ? [`${name}_bucket`] : [name]));
  const drawn = expressions.flatMap((expr) => [...expr.matchAll(/\b(\w+)\{/g)].map(([, name]) => name));
  expect([...new Set(drawn)].sort()).toEqual(series.sort());
});

test("every label that the dashboard asks for is one that its metric has", async () => {
  // So that every series is there.
  await send(inject("origin"), "GET", "/login");
  const { text } = await send(inject("origin"), "GET", "/api/metrics/");
  for (const expr of expressions) {
    const [, grouping = ""] = /\bby \(([^)]*)\)/.exec(expr) ?? [];
    const [, name = "", selectors = ""] = /\b(\w+)\{([^}]*)\}/.exec(expr) ?? [];
    const asked = [...grouping.split(", "), ...[...selectors.matchAll(/(\w+)!?=/g)].map(([, label]) => label)];
    const [, given = ""] = new RegExp(`^${name}\\{(.*)\\} `, "m").exec(text) ?? [];
    const labels = [...given.matchAll(/(\w+)="/g)].map(([, label]) => label);
    // The scraper adds its job.
    expect(["", "job", ...labels], expr).toEqual(expect.arrayContaining(asked));
  }
});
