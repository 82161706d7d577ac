import { spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeEach, expect, test } from "vitest";
import { isRoot } from "#db/embedded/owner.ts";
import { environmentWith } from "#lib/config.ts";

// `npm run setup:tests` on a machine that has next to nothing: its PATH is a directory of the test's.

const COMMAND = ["--import", "tsx", join(import.meta.dirname, "setup-tests.ts")];
const made: string[] = [];

let path = "";
beforeEach(() => {
  path = mkdtempSync(join(tmpdir(), "movieconnect-path-"));
  made.push(path);
});
afterAll(() => {
  for (const directory of made) rmSync(directory, { recursive: true });
});

/** A command that writes down what it is asked for. */
function addRecorder(name: string): () => string {
  const log = join(path, `${name}.log`);
  writeFileSync(log, "");
  writeFileSync(join(path, name), `#!/bin/sh\necho "$@" >> ${log}\n`);
  chmodSync(join(path, name), 0o755);
  return () => readFileSync(log, "utf8");
}

function setUp(variables: Record<string, string> = {}) {
  const env = environmentWith({ PATH: path, PLAYWRIGHT_BROWSERS_PATH: path, BROWSER_PATH: "", CI: "", ...variables });
  return spawnSync(process.execPath, COMMAND, { env, encoding: "utf8" });
}

test.runIf(isRoot)("as root on Debian, all missing packages are installed at once, and what is run is said", () => {
  const asked = addRecorder("apt-get");
  const { stdout } = setUp();
  expect(asked()).toMatch(/^update -q\ninstall -yq --no-install-recommends chromium .*postgresql-client .*faketime\n$/);
  for (const line of asked().trim().split("\n")) expect(stdout).toContain(`Trying: apt-get ${line}\n`);
});

test("where nothing can be installed, each kind of test that is left out has a line that names its packages", () => {
  const { status, stdout, stderr } = setUp();
  expect([status, stderr]).toEqual([0, ""]);
  expect(stdout).toMatch(
    /^LEFT OUT: the tests with a wrong clock need faketime: run npm run setup:tests as root on Debian, or .*$/m,
  );
  expect(stdout).toMatch(/^LEFT OUT: the browser tests need chromium: .*$/m);
  expect(stdout).not.toContain("All that the tests need is there");
});

test("in CI a missing package is a failure", () => {
  const { status, stderr } = setUp({ CI: "true" });
  expect(status).toBe(1);
  expect(stderr).toMatch(/^movieconnect: the browser tests need chromium: /);
});
