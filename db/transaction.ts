import type pg from "pg";
import { BEGIN } from "#db/connection/session-settings.ts";
import type { Database } from "./pool.ts";

type Run = (text: string, values?: unknown[]) => Promise<pg.QueryResult>;

/**
 * Runs work in one transaction (read committed): all of it is committed, or nothing. A throw rolls the work's changes back, so
 * work that refuses and must keep its changes returns the refusal. A transaction within it is a part of it.
 * @param client a connection that runs no other statement in the meantime
 * @param options.begin the statement that begins it @param options.run runs each statement on the connection
 * @throws {Error} what the work threw; or that nothing was committed, because a statement failed and the work went on
 */
export async function transaction<Outcome>(
  client: pg.Client,
  work: (db: Database) => Promise<Outcome>,
  { begin = BEGIN, run = (text, values) => client.query(text, values) }: { begin?: string; run?: Run } = {},
): Promise<Outcome> {
  const db: Database = { query: async (text, values) => (await run(text, values)).rows, transaction: (part) => part(db) };
  await run(begin);
  try {
    const outcome = await work(db);
    // Postgres rolls a failed transaction back at its commit, and reports success.
    const { command } = await run("commit");
    if (command === "ROLLBACK") throw new Error("a statement of the transaction failed, so that nothing was committed");
    return outcome;
  } catch (error) {
    await run("rollback").catch(() => undefined);
    throw error;
  }
}
