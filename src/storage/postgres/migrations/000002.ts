/** Rows whose dispatch ended without an answer are looked up before they are sent again. */
export const schemaMigration000002 = `
ALTER TABLE ak_slack.events ADD COLUMN unanswered_at double precision;
ALTER TABLE ak_slack.dead ADD COLUMN unanswered_at double precision;
`;
