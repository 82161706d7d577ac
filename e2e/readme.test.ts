import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";

const ROOT = join(import.meta.dirname, "..");

test("every test that the README's tables of security name exists, and every row names one", async () => {
  const readme = await readFile(join(ROOT, "README.md"), "utf8");
  const [, section = ""] = /^## What it withstands\n(.*?)^## /ms.exec(readme) ?? [];
  const rows = section.split("\n").filter((line) => /^\| (?!ID|Of others|---)/.test(line));
  expect(rows.length).toBeGreaterThan(40);
  for (const row of rows) {
    const held = [...row.matchAll(/`([\w./-]+\.(?:test|spec)\.ts)` ((?:"[^"]+"(?:, )?)+)/g)];
    expect(held.length, row).toBeGreaterThan(0);
    for (const [, file = "", names = ""] of held) {
      const source = await readFile(join(ROOT, file), "utf8");
      // As it is quoted there: a test's name, or the table's that it is made from.
      for (const [, name = ""] of names.matchAll(/"([^"]+)"/g)) expect(source).toMatch(quoted(name));
    }
  }
});

function quoted(text: string): RegExp {
  return new RegExp(`["\`]${text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")}["\`]`);
}
