/**
 * What a dead letter was, so that a list of them reads no body. And the paths of events, for people who look for one: what
 * waits is found by its key, where nobody is sending it, which costs nothing to most events.
 */
export const schemaMigration000003 = `
ALTER TABLE ak_slack.dead ADD COLUMN type text;
ALTER TABLE ak_slack.dead ADD COLUMN channel text;
CREATE INDEX dead_key ON ak_slack.dead (key);
CREATE INDEX events_key ON ak_slack.events (key) WHERE owner IS NULL;

CREATE TABLE ak_slack.paths (
  id       bigint           PRIMARY KEY,
  key      text COLLATE "C" NOT NULL,
  event_id text COLLATE "C",
  at       double precision NOT NULL,
  origin   text             NOT NULL,
  count    int              NOT NULL,
  steps    text             NOT NULL
);
CREATE INDEX paths_key ON ak_slack.paths (key);
CREATE INDEX paths_event ON ak_slack.paths (event_id) WHERE event_id IS NOT NULL;
`;
