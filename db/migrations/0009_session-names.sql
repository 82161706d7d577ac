-- The username in a session's current tokens: the account's at the last login or refresh. Without it a new name would get into
-- tokens that were already signed with the old one. Null: the session is of an older version, and has the account's name.
alter table sessions add column username text;
