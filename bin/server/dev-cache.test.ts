import { access, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openDevCache } from "./dev-cache.ts";

let directory = "";
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "movieconnect-"));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

const compiled = () => join(directory, ".next", "dev", "static-chunk.js");
const isKept = () =>
  access(compiled()).then(
    () => true,
    () => false,
  );

test("a cache that was closed is kept", async () => {
  const close = await openDevCache(directory);
  await writeFile(compiled(), "");
  await close();
  await openDevCache(directory);
  expect(await isKept()).toBe(true);
});

test("a cache that was not closed is removed, with what was compiled beside it", async () => {
  const close = await openDevCache(directory);
  await close();
  await openDevCache(directory);
  await writeFile(compiled(), "");
  await openDevCache(directory);
  expect(await isKept()).toBe(false);
});
