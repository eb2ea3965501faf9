/**
 * What Slack said about tokens, and the key of this installation with which their hashes are made. The key is here and not
 * in a file of its own, so that the two cannot be parted by a copy or a backup, and replicas on one database share it.
 */
export const migration000005 = `
CREATE TABLE installation (
  name  TEXT PRIMARY KEY,
  value TEXT NOT NULL
) WITHOUT ROWID;

CREATE TABLE tokens (
  hash          TEXT    PRIMARY KEY,
  app_id        TEXT    NOT NULL,
  enterprise_id TEXT    NOT NULL,
  team_id       TEXT    NOT NULL,
  bot_user_id   TEXT    NOT NULL,
  bot_id        TEXT    NOT NULL,
  said_at       INTEGER NOT NULL,
  used_at       INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX tokens_used ON tokens (used_at);
`;
