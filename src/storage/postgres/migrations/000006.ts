/** Acknowledgements that replicas send for each other. They are of use for three seconds: a crash may forget them. */
export const schemaMigration000006 = `
CREATE UNLOGGED TABLE ak_slack.acknowledgements (
  id       bigint           GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  instance text             NOT NULL,
  app_id   text COLLATE "C" NOT NULL,
  text     text             NOT NULL,
  at       timestamptz      NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX acknowledgements_instance ON ak_slack.acknowledgements (instance);
`;
