/** Rows whose dispatch ended without an answer are looked up before they are sent again. */
export const migration000006 = `
ALTER TABLE events ADD COLUMN unanswered_at INTEGER;
`;
