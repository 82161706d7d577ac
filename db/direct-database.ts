import { connect } from "#db/connection/connect.ts";
import { connectionProblem } from "#db/connection/problem.ts";
import { BEGIN, BEGIN_SNAPSHOT } from "#db/connection/session-settings.ts";
import "./column-types.ts";
import type { Database } from "./pool.ts";
import { transaction } from "./transaction.ts";

const CONNECT_MS = 10_000;

/** A database on one connection, whose statements may take as long as they need. */
export type DirectDatabase = Database & {
  /** Runs work that only reads, all of it as the database was at one moment. */
  snapshot<Outcome>(work: (db: Database) => Promise<Outcome>): Promise<Outcome>;
};

/**
 * Connects for work that goes on for longer than a request does. Each statement is in a transaction, so that a pooler in front
 * of the database does no harm.
 * @param access with "read" Postgres refuses every change, and the database may be a standby
 * @throws {Error} one line, if there is no connection; or what the work threw
 */
export async function withDirectDatabase<Outcome>(
  url: string,
  work: (db: DirectDatabase) => Promise<Outcome>,
  access: "read" | "write" = "write",
): Promise<Outcome> {
  const client = await connect(url, { timeoutMs: CONNECT_MS }).catch((error: unknown) => {
    throw new Error(connectionProblem(error, url), { cause: error });
  });
  // A broken connection fails its statement. It also emits an error, which would end the process without a listener.
  client.on("error", () => undefined);
  const run = <Result>(part: (db: Database) => Promise<Result>, begin: string) => transaction(client, part, { begin });
  const begin = access === "read" ? BEGIN_SNAPSHOT : BEGIN;
  try {
    return await work({
      query: (text, values) => run((db) => db.query(text, values), begin),
      transaction: (part) => run(part, begin),
      snapshot: (part) => run(part, BEGIN_SNAPSHOT),
    });
  } finally {
    await client.end().catch(() => undefined);
  }
}
