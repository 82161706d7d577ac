import { idleSeconds } from "#lib/config.ts";
import type { Database } from "./pool.ts";

export type SessionDetails = {
  id: string;
  created_at: Date;
  last_used_at: Date;
  expires_at: Date;
  address: string | null;
  device: string | null;
};

/** A user's sessions in use, the latest used first. A session that nobody refreshes is over when its last token expires. */
export async function listSessions(db: Database, userId: number): Promise<SessionDetails[]> {
  return db.query<SessionDetails>(
    `select id, created_at, rotated_at as last_used_at, ends_at as expires_at, address, device
     from sessions, least(expires_at, rotated_at + make_interval(secs => $2)) as ends_at
     where user_id = $1 and revoked_at is null and ends_at > now() order by rotated_at desc, id`,
    [userId, idleSeconds()],
  );
}
