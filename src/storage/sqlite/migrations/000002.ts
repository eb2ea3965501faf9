/** A probe takes as much room as a few events. Made anew, because nothing in the table is worth keeping. */
export const migration000002 = `
DROP TABLE probes;
CREATE TABLE probes (
  id     INTEGER PRIMARY KEY,
  at     INTEGER NOT NULL,
  filler BLOB    NOT NULL
);
`;
