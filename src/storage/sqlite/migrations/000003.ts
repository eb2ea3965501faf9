/**
 * Rows that are being sent are in no lane's index: nobody looks for them there, and most rows are claimed in being written
 * and never wait.
 */
export const migration000003 = `
DROP INDEX events_by_lane;
CREATE INDEX events_waiting ON events (source_id, urgent, conversation, id) WHERE owner IS NULL AND settled_at IS NULL;
`;
