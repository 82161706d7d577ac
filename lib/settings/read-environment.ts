import { readFileSync } from "node:fs";
import type { z } from "zod";

/** Settings that can also be read from a file: `AUTH_SECRET_FILE` names the file that holds `AUTH_SECRET`. */
const FROM_FILES = [
  ...["DATABASE_URL", "APP_DATABASE_URL", "AUTH_SECRET", "SMTP_URL"],
  ...["AUTH_GOOGLE_ID", "AUTH_GOOGLE_SECRET", "AUTH_GITHUB_ID", "AUTH_GITHUB_SECRET", "AUTH_GITHUB_URL"],
  ...["AUTH_OIDC_ISSUER", "AUTH_OIDC_ID", "AUTH_OIDC_SECRET", "AUTH_OIDC_NAME"],
];

/**
 * Parses the variables of an environment. An empty variable or file counts as unset, so that `PORT= npm start` is not an error.
 * @throws {Error} one line that names each bad variable and says what it must be
 */
export function readEnvironment<Schema extends z.ZodType>(
  schema: Schema,
  variables: Record<string, string | undefined>,
): z.output<Schema> {
  const given = withoutEmpty(variables);
  const result = schema.safeParse({ ...given, ...withoutEmpty(readFiles(given)) }, { error: defaultMessage });
  if (result.success) return result.data;
  const problems = result.error.issues.map((issue) => `${issue.path.join(".")} ${issue.message}`);
  throw new Error(`Bad environment: ${problems.join("; ")}.`);
}

function withoutEmpty(variables: Record<string, string | undefined>): Record<string, string | undefined> {
  return Object.fromEntries(Object.entries(variables).filter(([, value]) => value !== ""));
}

// For types that have no message of their own: zod's messages are for programmers.
function defaultMessage({ code, input, ...issue }: z.core.$ZodRawIssue): string {
  if (input === undefined) return "is required";
  return code === "invalid_value" ? `must be one of: ${(issue.values as unknown[]).join(", ")}` : "has an invalid value";
}

function readFiles(variables: Record<string, string | undefined>): Record<string, string> {
  const read: Record<string, string> = {};
  for (const name of FROM_FILES) {
    const file = variables[`${name}_FILE`];
    if (file === undefined) continue;
    if (variables[name] !== undefined) throw new Error(`Bad environment: ${name} and ${name}_FILE are both set.`);
    try {
      read[name] = readFileSync(file, "utf8").trim();
    } catch (error) {
      // A value that is no path may be the secret itself, put into the wrong variable: it is not quoted.
      const path = /^[./]/.test(file) ? ` ${file}` : "";
      throw new Error(`Bad environment: ${name}_FILE${path} can't be read (${(error as NodeJS.ErrnoException).code}).`);
    }
  }
  return read;
}
