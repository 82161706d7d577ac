import { expect, test } from "vitest";
import type { z } from "zod";
import { readEnvironment } from "#lib/settings/read-environment.ts";
import { environment, launch, migration } from "./config.ts";

const GOOD = { DATABASE_URL: "postgres://u:p@localhost/d", AUTH_SECRET: "a-secret-of-this-test-0123456789-0123456789" };
const RUBBISH = ["rubbish", "-1", "1.5", "99999999999", "a b", "ON", "[]", "\u0000", "https://example.com/path", "postgres://"];
/** Settings that accept any text. */
const ANYTHING = ["DATA_DIR"];

function refusal(schema: z.ZodType, variables: Record<string, string>): string | null {
  try {
    readEnvironment(schema, variables);
    return null;
  } catch (error) {
    return (error as Error).message;
  }
}

const variables = [environment, launch, migration].flatMap((schema) =>
  Object.keys(schema.shape).map((name) => [name, schema] as const),
);

test.each(variables.filter(([name]) => !ANYTHING.includes(name)))(
  "a bad %s is refused with what it must be, in our own words",
  (name, schema) => {
    const refusals = RUBBISH.map((value) => refusal(schema, { ...GOOD, [name]: value })).filter((line) => line !== null);
    expect(refusals.length).toBeGreaterThan(0);
    for (const line of refusals) {
      expect(line).toMatch(new RegExp(`^Bad environment: ${name} [a-z][^\\n]+\\.$`));
      // Neither zod's messages, nor our own for types without one.
      expect(line).not.toMatch(/Invalid|expected|received|Too (small|big)|has an invalid value/);
    }
  },
);

test("a missing setting is called required, and a choice names its values", () => {
  expect(refusal(environment, { DATABASE_URL: GOOD.DATABASE_URL })).toBe("Bad environment: AUTH_SECRET is required.");
  expect(refusal(environment, { ...GOOD, RATE_LIMITS: "of" })).toBe("Bad environment: RATE_LIMITS must be one of: on, off.");
  expect(refusal(environment, { ...GOOD, LOG_LEVEL: "verbose" })).toBe(
    "Bad environment: LOG_LEVEL must be one of: fatal, error, warn, info, debug, trace, silent.",
  );
});
