import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { describeServer, NEEDED } from "./requirements.ts";

const GOOD = {
  ...{ version: 180_004, version_name: "18.4", encoding: "UTF8", database: "films", is_standby: false },
  ...{ may_use: true, role: "ann", is_superuser: false, timeout_ms: 1_500 },
};

test("a Postgres that is too old is refused with its version and the oldest that will do", () => {
  expect(describeServer(GOOD)).toEqual([]);
  expect(describeServer({ ...GOOD, version: 130_000 })).toEqual([]);
  const old = describeServer({ ...GOOD, version: 120_022, version_name: "12.22" });
  expect(old).toEqual(["Postgres 12.22 is too old: MovieConnect needs version 13 or later"]);
});

test("the application's rights are checked on every table that a migration creates", async () => {
  const directory = join(import.meta.dirname, "migrations");
  const files = await Promise.all((await readdir(directory)).map((file) => readFile(join(directory, file), "utf8")));
  const tables = [...files.join("\n").matchAll(/^create (?:unlogged )?table (?:public\.)?(\w+)/gim)].map(([, table]) => table);
  expect(tables.length).toBeGreaterThan(4);
  expect(Object.keys(NEEDED).sort()).toEqual([...tables, "migrations"].sort());
});
