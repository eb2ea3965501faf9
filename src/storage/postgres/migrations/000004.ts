/** Replicas open the sockets of an app together: who of them is there, and who has which of the app's ten sockets. */
export const schemaMigration000004 = `
ALTER TABLE ak_slack.replicas
  ADD COLUMN instance  text        NOT NULL DEFAULT '',
  ADD COLUMN joined_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  ADD COLUMN draining  boolean     NOT NULL DEFAULT false;

CREATE TABLE ak_slack.slots (
  app_id   text COLLATE "C" NOT NULL,
  n        smallint         NOT NULL CHECK (n BETWEEN 1 AND 10),
  instance text             NOT NULL,
  ticket   bigint           NOT NULL,
  live     boolean          NOT NULL DEFAULT false,
  PRIMARY KEY (app_id, n)
) WITH (fillfactor = 50);
CREATE INDEX slots_instance ON ak_slack.slots (instance);
`;
