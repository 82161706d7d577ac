import { readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { LATEST_MIGRATION } from "./migrations.ts";

test("readiness requires the newest migration", () => {
  const files = readdirSync(join(import.meta.dirname, "migrations")).sort();
  expect(files.at(-1)).toBe(`${LATEST_MIGRATION}.sql`);
});
