import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { launch } from "./launch.ts";
import { type PostgresPair, startPostgresPair } from "./standby.ts";

// Starts that can't succeed end with one line that says what to do.

const ONE_LINE = /^movieconnect: [^\n]+\n$/;
const command = (file: string) => [process.execPath, "--import", "tsx", join("bin", file)];

describe.each([
  ["start.ts", "64", {}],
  ["start.ts", "96", {}],
  ["serve.ts", "64", {}],
  ["start.ts", "256", { DATABASE_POOL_SIZE: "200" }],
])("bin/%s with ulimit -n %s", (file, limit, variables) => {
  test("says how many open files it needs", async () => {
    const limited = ["bash", "-c", 'ulimit -n "$0"; exec "$@"', limit, ...command(file)];
    const settings = { DATABASE_URL: inject("databaseUrl"), ...variables };
    const launched = launch(settings, { command: limited });
    expect(await launched.ended).toBe(1);
    expect(launched.errors()).toMatch(ONE_LINE);
    expect(launched.errors()).toMatch(
      new RegExp(`may have ${limit} files open, and a worker needs .*: raise the limit \\(ulimit`),
    );
  });
});

test("npm start with ulimit -n 64 fails before it makes a database", async () => {
  const directory = await mkdtemp(join(tmpdir(), "movieconnect-"));
  const limited = ["bash", "-c", 'ulimit -n 64; exec "$@"', "limited", ...command("start.ts")];
  const launched = launch({ DATA_DIR: join(directory, "data") }, { command: limited });
  expect([await launched.ended, launched.output()]).toEqual([1, ""]);
  expect(launched.errors()).toMatch(ONE_LINE);
  await rm(directory, { recursive: true });
});

describe("on a standby that can only be read", () => {
  let pair: PostgresPair;
  beforeAll(async () => {
    pair = await startPostgresPair({ synchronous: false });
  });
  afterAll(() => pair.stop());

  test.each(["start.ts", "migrate.ts"])("bin/%s says that this is a standby, and what to connect to", async (file) => {
    const launched = launch({ DATABASE_URL: pair.standby.url }, { command: command(file) });
    expect(await launched.ended).toBe(1);
    expect(launched.errors()).toMatch(ONE_LINE);
    expect(launched.errors()).toMatch(/standby/);
  });
});
