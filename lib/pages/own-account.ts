import "server-only";

import { listEvents } from "#db/events.ts";
import { listSessions } from "#db/sessions.ts";
import type { Account, EventPage, Session } from "#lib/answers.ts";
import type { Viewer } from "#lib/auth/authenticate.ts";
import { pageDatabase } from "./database.ts";

/** How many events a page shows at first. */
const FEW = 10;

export async function getAccount({ userId }: Viewer): Promise<Account> {
  const [user] = await pageDatabase().query<any>(
    `select id, username, email, email_verified_at is not null as email_verified, to_char(birth_date, 'YYYY-MM-DD') as age, created_at from users where id = $1`,
    [userId],
  );
  return {
    ...user,
    created_at: user.created_at.toISOString(),
    has_password: true,
    totp: false,
    recovery_codes_left: 0,
    passkeys: 0,
    providers: [],
  };
}

export async function getSessions({ userId, sessionId }: Viewer): Promise<Session[]> {
  const rows = await listSessions(pageDatabase(), userId);
  return rows.map((row) => ({
    ...row,
    current: row.id === sessionId,
    created_at: row.created_at.toISOString(),
    last_used_at: row.last_used_at.toISOString(),
    expires_at: row.expires_at.toISOString(),
  }));
}

export async function getEvents({ userId }: Viewer): Promise<EventPage> {
  const rows = await listEvents(pageDatabase(), userId, null, FEW + 1);
  const results = rows.slice(0, FEW).map((row) => ({ ...row, at: row.at.toISOString() })) as EventPage["results"];
  return { results, next: rows.length > FEW ? (results.at(-1)?.id ?? null) : null };
}
