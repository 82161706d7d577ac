import { claimsOf } from "./forge.ts";
import { type Query, withDatabase } from "./harness.ts";

// Brings sessions into states that would otherwise take time to come about.

/** Changes the session of this token. @param assignment SQL, as after `set` */
export function changeSession(databaseUrl: string, token: string, assignment: string): Promise<unknown> {
  const statement = `update sessions set ${assignment} where id = $1`;
  return withDatabase(databaseUrl, (query) => query(statement, [claimsOf(token).sid]));
}

/** Makes its last rotation, or its login, older than the grace, so that its current refresh token is exchanged again. */
export function passGrace(databaseUrl: string, token: string): Promise<unknown> {
  return withDatabase(databaseUrl, (query) => age(query, token));
}

/** As `passGrace`, on an open connection. A session that has moved on from this token stays as it is. */
export function age(query: Query, token: string): Promise<unknown> {
  const { sid, gen } = claimsOf(token);
  const statement = "update sessions set rotated_at = rotated_at - interval '1 minute' where id = $1 and generation = $2";
  return query(statement, [sid, gen]);
}
