import { join } from "node:path";
import { expect, test } from "vitest";
import { banner } from "./banner.ts";

const FACTS = {
  isDev: false,
  workers: 1,
  publicUrl: undefined,
  port: 8000,
  metricsUrl: undefined,
  databaseUrl: "postgres://ann:hush-hush@db:5432/movies",
  urlFile: undefined,
  hasMailPage: false,
};
const linesOf = (facts: Partial<Parameters<typeof banner>[0]>) => banner({ ...FACTS, ...facts }).split("\n");

test("the banner names the place to open: the public URL if there is one, beside the port", () => {
  expect(linesOf({})).toContain("  Open       http://localhost:8000");
  const lines = linesOf({ publicUrl: "https://movies.example" });
  expect(lines).toEqual(expect.arrayContaining(["  Open       https://movies.example", "  Serves     http://localhost:8000"]));
});

test("the banner counts the workers, and says where the metrics are only if they are somewhere", () => {
  expect(linesOf({})).toContain("  MovieConnect is ready, with 1 worker.");
  expect(linesOf({ workers: 4 })).toContain("  MovieConnect is ready, with 4 workers.");
  expect(linesOf({ isDev: true })).toContain("  MovieConnect is ready, with hot reload.");
  expect(linesOf({}).join()).not.toContain("Metrics");
  expect(linesOf({ metricsUrl: "http://localhost:9464/metrics" })).toContain("  Metrics    http://localhost:9464/metrics");
});

test("the banner shows the database without its password, and a psql command that a shell can read", () => {
  const urlFile = join(process.cwd(), "it's here", "database-url");
  const lines = linesOf({ urlFile });
  expect(lines).toContain(`             psql "$(cat 'it'\\''s here/database-url')"`);
  expect(lines.join()).toContain("movies");
  expect(lines.join()).not.toContain("hush-hush");
  expect(linesOf({ urlFile: "/elsewhere/database-url" })).toContain(`             psql "$(cat '/elsewhere/database-url')"`);
});
