import { expect, test } from "vitest";
import type { z } from "zod";
import { environment, launch, migration, parseEnvironment } from "./config.ts";

const GOOD = { DATABASE_URL: "postgres://u:p@localhost/d", AUTH_SECRET: "a-secret-of-this-test-0123456789-0123456789" };
const RUBBISH = ["rubbish", "-1", "1.5", "99999999999", "a b", "ON", "[]", "\u0000", "https://example.com/path", "postgres://"];
/** What can be any text. */
const ANYTHING = ["DATA_DIR"];

function complaint(schema: z.ZodType, variables: Record<string, string>): string | null {
  try {
    parseEnvironment(schema, variables);
    return null;
  } catch (error) {
    return (error as Error).message;
  }
}

const variables = [environment, launch, migration].flatMap((schema) =>
  Object.keys(schema.shape).map((name) => [name, schema] as const),
);

test.each(variables.filter(([name]) => !ANYTHING.includes(name)))("%s says what it must be, in words of ours", (name, schema) => {
  const complaints = RUBBISH.map((value) => complaint(schema, { ...GOOD, [name]: value })).filter((line) => line !== null);
  expect(complaints.length).toBeGreaterThan(0);
  for (const line of complaints) {
    expect(line).toMatch(new RegExp(`^Bad environment: ${name} [a-z][^\\n]+\\.$`));
    // As zod has it, or as we have it where nothing better is known.
    expect(line).not.toMatch(/Invalid|expected|received|Too (small|big)|can't be that/);
  }
});

test("what is required and missing says so, and what is one of a few names them", () => {
  expect(complaint(environment, { DATABASE_URL: GOOD.DATABASE_URL })).toBe("Bad environment: AUTH_SECRET is required.");
  expect(complaint(environment, { ...GOOD, RATE_LIMITS: "of" })).toBe("Bad environment: RATE_LIMITS must be one of: on, off.");
  expect(complaint(environment, { ...GOOD, LOG_LEVEL: "verbose" })).toBe(
    "Bad environment: LOG_LEVEL must be one of: fatal, error, warn, info, debug, trace, silent.",
  );
});
