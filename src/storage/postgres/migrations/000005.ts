/**
 * Answers of workflows on their way to the replica that waits for them, and what replicas tell each other. Both live for
 * a minute at most: a crash may forget them.
 */
export const schemaMigration000005 = `
CREATE UNLOGGED TABLE ak_slack.responses (
  ticket     text COLLATE "C" PRIMARY KEY,
  kind       text             NOT NULL,
  instance   text             NOT NULL,
  expires_at timestamptz      NOT NULL,
  answer     text
);
CREATE INDEX responses_instance ON ak_slack.responses (instance);

CREATE UNLOGGED TABLE ak_slack.notifications (
  id            bigint           GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  instance      text             NOT NULL,
  connection_id text COLLATE "C" NOT NULL,
  at            timestamptz      NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX notifications_at ON ak_slack.notifications (at);
`;
