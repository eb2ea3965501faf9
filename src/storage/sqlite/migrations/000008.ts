/** The oldest row that is not delivered is found at once, however many there are; rows that never wait are in no index of it. */
export const migration000008 = `
CREATE INDEX events_unsettled ON events (id) WHERE settled_at IS NULL;
`;
