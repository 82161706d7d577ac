-- What has ended is looked for by when it ended (db/prune.ts); few sessions are revoked at any time.
create index sessions_expires_at on sessions (expires_at);
create index sessions_revoked_at on sessions (revoked_at) where revoked_at is not null;
