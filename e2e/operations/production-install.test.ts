import { execFileSync } from "node:child_process";
import { cp, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { newSession } from "#e2e/client.ts";
import { launch } from "#e2e/launch.ts";
import { environmentWith } from "#lib/config.ts";

const ROOT = join(import.meta.dirname, "..", "..");

test("NODE_ENV=production npm ci && npm start works, in a directory of any name", async () => {
  const base = await mkdtemp(join(tmpdir(), "movieconnect-"));
  const cwd = join(base, "Ann's copy é");
  // The files of a clone, and those that are not committed yet.
  const list = ["ls-files", "-z", "--cached", "--others", "--exclude-standard"];
  const files = execFileSync("git", list, { cwd: ROOT, encoding: "utf8" }).split("\0").filter(Boolean);
  for (const file of files) await cp(join(ROOT, file), join(cwd, file));
  const environment = environmentWith({ NODE_ENV: "production" });
  execFileSync("npm", ["ci", "--prefer-offline", "--no-audit", "--no-fund"], { cwd, env: environment, stdio: "pipe" });
  // Outside of CI Next would install missing packages by itself.
  const unset = { AUTH_SECRET: "", DATA_DIR: "", WEB_CONCURRENCY: "1", NODE_ENV: "production", CI: "true" };
  const server = launch(unset, { command: ["npm", "start"], cwd });
  await newSession(await server.origin);
  server.process.kill("SIGTERM");
  await server.ended;
  await rm(base, { recursive: true });
});

test("the lock file names no server to download from", async () => {
  expect(await readFile(join(ROOT, "package-lock.json"), "utf8")).not.toContain('"resolved"');
});
