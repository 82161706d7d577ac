import "vitest";
import type { TestProject } from "vitest/node";
import { startPostgres, startServer } from "./harness.ts";

declare module "vitest" {
  export interface ProvidedContext {
    /** Where the application is that tests share: two workers, default settings. */
    origin: string;
    databaseUrl: string;
  }
}

/** A Postgres and an application for all HTTP tests. A test that changes settings or breaks things starts its own. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const postgres = await startPostgres();
  const server = await startServer({ DATABASE_URL: postgres.url }).catch(async (error) => {
    await postgres.stop();
    throw error;
  });
  project.provide("origin", server.origin);
  project.provide("databaseUrl", postgres.url);
  return async () => {
    await server.stop();
    await postgres.stop();
  };
}
