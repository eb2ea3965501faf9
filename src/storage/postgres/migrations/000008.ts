/** Whoever tells of a write to a connection waits until the others have learnt of it: which of them have, by their instances. */
export const schemaMigration000008 = `
ALTER TABLE ak_slack.notifications ADD COLUMN heard text[] NOT NULL DEFAULT '{}';
`;
