/** The journal as it first was. */
const migration000001 = `
CREATE TABLE sources (
  id            INTEGER PRIMARY KEY,
  app_id        TEXT    NOT NULL,
  connection_id TEXT    NOT NULL,
  waiting       INTEGER NOT NULL DEFAULT 0,
  waiting_bytes INTEGER NOT NULL DEFAULT 0,
  dead          INTEGER NOT NULL DEFAULT 0,
  UNIQUE (app_id, connection_id)
);

CREATE TABLE events (
  id           INTEGER PRIMARY KEY,
  source_id    INTEGER NOT NULL REFERENCES sources (id),
  key          TEXT    NOT NULL,
  kind         TEXT    NOT NULL,
  conversation TEXT    NOT NULL,
  urgent       INTEGER NOT NULL,
  size         INTEGER NOT NULL,
  received_at  INTEGER NOT NULL,
  state        TEXT    NOT NULL DEFAULT 'waiting',
  attempts     INTEGER NOT NULL DEFAULT 0,
  retried      INTEGER NOT NULL DEFAULT 0,
  last_error   TEXT,
  owner        TEXT,
  event_id     TEXT,
  recovered    INTEGER NOT NULL DEFAULT 0,
  settled_at   INTEGER,
  UNIQUE (source_id, key)
);
CREATE INDEX events_by_lane ON events (source_id, urgent, conversation, id) WHERE settled_at IS NULL;
CREATE INDEX events_sending ON events (owner) WHERE owner IS NOT NULL;
CREATE INDEX events_settled ON events (state, settled_at) WHERE settled_at IS NOT NULL;

CREATE TABLE bodies (
  event_id INTEGER PRIMARY KEY,
  body     TEXT NOT NULL
);

CREATE TABLE lanes (
  source_id    INTEGER NOT NULL REFERENCES sources (id),
  urgent       INTEGER NOT NULL,
  conversation TEXT    NOT NULL,
  ready_at     INTEGER NOT NULL,
  owner        TEXT,
  PRIMARY KEY (source_id, urgent, conversation)
) WITHOUT ROWID;
CREATE INDEX lanes_ready ON lanes (source_id, urgent, ready_at) WHERE owner IS NULL;

CREATE TABLE probes (
  id INTEGER PRIMARY KEY,
  at INTEGER NOT NULL
);
`;

/** A probe takes as much room as a few events. Made anew, because nothing in the table is worth keeping. */
const migration000002 = `
DROP TABLE probes;
CREATE TABLE probes (
  id     INTEGER PRIMARY KEY,
  at     INTEGER NOT NULL,
  filler BLOB    NOT NULL
);
`;

/**
 * Rows that are being sent are in no lane's index: nobody looks for them there, and most rows are claimed in being written
 * and never wait.
 */
const migration000003 = `
DROP INDEX events_by_lane;
CREATE INDEX events_waiting ON events (source_id, urgent, conversation, id) WHERE owner IS NULL AND settled_at IS NULL;
`;

/**
 * Rows that are claimed in being written stand here, body and all, until their end is known: most never wait, and so never
 * touch the tables and indexes of those that do.
 */
const migration000004 = `
CREATE TABLE in_flight (
  id           INTEGER PRIMARY KEY,
  source_id    INTEGER NOT NULL REFERENCES sources (id),
  key          TEXT    NOT NULL,
  kind         TEXT    NOT NULL,
  conversation TEXT    NOT NULL,
  urgent       INTEGER NOT NULL,
  size         INTEGER NOT NULL,
  received_at  INTEGER NOT NULL,
  owner        TEXT    NOT NULL,
  body         TEXT    NOT NULL
);
`;

/**
 * What Slack said about tokens, and the key of this installation with which their hashes are made. The key is here and not
 * in a file of its own, so that the two cannot be parted by a copy or a backup, and replicas on one database share it.
 */
const migration000005 = `
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

/** Rows whose dispatch ended without an answer are looked up before they are sent again. */
const migration000006 = `
ALTER TABLE events ADD COLUMN unanswered_at INTEGER;
`;

/**
 * What a dead letter was, so that a list of them reads no body. And the paths of events, for people who look for one: ids
 * grow in the order of writing, so that the oldest are found without an index of their own.
 */
const migration000007 = `
ALTER TABLE events ADD COLUMN type TEXT;
ALTER TABLE events ADD COLUMN channel TEXT;

CREATE TABLE paths (
  id       INTEGER PRIMARY KEY,
  key      TEXT    NOT NULL,
  event_id TEXT,
  at       INTEGER NOT NULL,
  origin   TEXT    NOT NULL,
  count    INTEGER NOT NULL,
  steps    TEXT    NOT NULL
);
CREATE INDEX paths_key ON paths (key);
CREATE INDEX paths_event ON paths (event_id) WHERE event_id IS NOT NULL;
`;

/** The oldest row that is not delivered is found at once, however many there are; rows that never wait are in no index of it. */
const migration000008 = `
CREATE INDEX events_unsettled ON events (id) WHERE settled_at IS NULL;
`;

/** In order; the number of those applied is the file's `user_version`. Old ones are never changed or removed. */
export const MIGRATIONS: readonly string[] = [
  migration000001,
  migration000002,
  migration000003,
  migration000004,
  migration000005,
  migration000006,
  migration000007,
  migration000008,
];
