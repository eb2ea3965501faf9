/** What replicas tell each other of sockets with which something is wrong. Each tells it again: a crash may forget it. */
export const schemaMigration000007 = `
CREATE UNLOGGED TABLE ak_slack.reports (
  instance text             NOT NULL,
  app_id   text COLLATE "C" NOT NULL,
  report   text             NOT NULL,
  PRIMARY KEY (instance, app_id)
);
`;
