/**
 * Rows that are claimed in being written stand here, body and all, until their end is known: most never wait, and so never
 * touch the tables and indexes of those that do.
 */
export const migration000004 = `
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
