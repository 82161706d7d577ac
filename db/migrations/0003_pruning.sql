-- Pruning finds ended sessions by their time of ending (db/prune.ts). Few sessions are revoked, so that index is partial.
create index sessions_expires_at on sessions (expires_at);
create index sessions_revoked_at on sessions (revoked_at) where revoked_at is not null;
