/**
 * What a dead letter was, so that a list of them reads no body. And the paths of events, for people who look for one: ids
 * grow in the order of writing, so that the oldest are found without an index of their own.
 */
export const migration000007 = `
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
