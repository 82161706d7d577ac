import "vitest";
import { randomBytes } from "node:crypto";
import type { TestProject } from "vitest/node";
import { reportMissing } from "#e2e/tools/set-up.ts";
import { startPostgres } from "./harness.ts";
import { startWithMail } from "./start-with-mail.ts";

declare module "vitest" {
  export interface ProvidedContext {
    /** The application that tests share: two workers, default settings. */
    origin: string;
    /** Where its metrics are. */
    metrics: string;
    databaseUrl: string;
    /** That application's secret, for tokens that it would never make. */
    authSecret: string;
  }
}

/**
 * A Postgres, a mail server and an application for all HTTP tests. A test that changes settings or breaks things starts its own.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  // A single file may be run without the command that prepares the suite.
  reportMissing((line) => process.stdout.write(`${line}\n`));
  const postgres = await startPostgres();
  const authSecret = randomBytes(32).toString("base64url");
  const server = await startWithMail({ DATABASE_URL: postgres.url, AUTH_SECRET: authSecret }).catch(async (error) => {
    await postgres.stop();
    throw error;
  });
  project.provide("origin", server.origin);
  project.provide("metrics", server.metrics);
  project.provide("databaseUrl", postgres.url);
  project.provide("authSecret", authSecret);
  return async () => {
    await server.stop();
    await postgres.stop();
  };
}
