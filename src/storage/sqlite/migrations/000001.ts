/** The journal as it first was. Never changed: what comes later is a migration of its own. */
export const migration000001 = `
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
