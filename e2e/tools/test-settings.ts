import { z } from "zod";
import { readEnvironment } from "#lib/settings/read-environment.ts";
import { integer } from "#lib/settings/setting-types.ts";

// What the tests and their commands read of the environment. Each function throws as `config` does.

/** What decides which programs of this machine the tests use, and whether a missing one is a failure. */
export function toolSettings() {
  const variables = z.object({
    BROWSER_PATH: z.string().optional(),
    NGINX_PATH: z.string().optional(),
    PATH: z.string().default(""),
    CI: z.stringbool().default(false),
  });
  return readEnvironment(variables, process.env);
}

/** What the fuzz tests read: the same seed makes the same cases. In CI they are always the same, elsewhere always others. */
export function fuzzSettings(): { seed: number; cases: number } {
  const variables = z.object({
    FUZZ_SEED: integer(0, 999_999_999).optional(),
    FUZZ_CASES: integer(100, 10_000_000).prefault("20000"),
    CI: z.stringbool().default(false),
  });
  const { FUZZ_SEED, FUZZ_CASES: cases, CI } = readEnvironment(variables, process.env);
  return { seed: FUZZ_SEED ?? (CI ? 1954 : Math.floor(Math.random() * 1_000_000_000)), cases };
}

/** What tests with a database read: with "on" they reach it through a PgBouncer in transaction mode. */
export function poolerSettings() {
  return readEnvironment(z.object({ TEST_PGBOUNCER: z.enum(["on", "off"]).default("off") }), process.env);
}
