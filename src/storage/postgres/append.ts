import type { Appended, RowToAppend } from '../rows.js';
import { functionName } from './functions.js';
import type { Query } from './session.js';
import { encodeText, indexed } from './text.js';

// More in one statement would only make the first of them wait: each row takes the same time however many there are.
const ROWS_AT_ONCE = 64;
const BYTES_AT_ONCE = 1024 * 1024;

// A row that is claimed in being written has never been claimed before.
const FIRST_TURN = 1;

interface Encoded {
  readonly row: RowToAppend;
  readonly key: string;
  readonly body: Buffer;
}

interface Outcome {
  readonly place: number;
  readonly row_id: number;
  readonly outcome: 'claimed' | 'first' | 'behind';
}

/** Writes rows, many in one statement; answers in their order. `ownerOf` names the live replica that claims for an owner. */
export async function append(
  query: Query,
  rows: readonly RowToAppend[],
  ownerOf: (asked: string) => string,
): Promise<Appended[]> {
  const answers: Appended[] = rows.map(() => 'duplicate');
  const seen = new Set<string>();
  let batch: Encoded[] = [];
  let places: number[] = [];
  let bytes = 0;
  const write = async (): Promise<void> => {
    for (const { place, row_id, outcome } of await appendBatch(query, batch, ownerOf))
      answers[places[place - 1] ?? 0] =
        outcome === 'claimed' ? { claimed: row_id, turn: FIRST_TURN } : outcome;
    batch = [];
    places = [];
    bytes = 0;
  };
  for (const [place, row] of rows.entries()) {
    const key = encodeText(row.key);
    const name = JSON.stringify([row.appId, row.connectionId, key]);
    if (seen.has(name)) continue;
    seen.add(name);
    const body = Buffer.from(row.body);
    if (batch.length === ROWS_AT_ONCE || (batch.length > 0 && bytes + body.length > BYTES_AT_ONCE))
      await write();
    batch.push({ row, key, body });
    places.push(place);
    bytes += body.length;
  }
  if (batch.length > 0) await write();
  return answers;
}

function appendBatch(
  query: Query,
  batch: readonly Encoded[],
  ownerOf: (asked: string) => string,
): Promise<Outcome[]> {
  const conversations = batch.map(({ row }) => encodeText(row.conversation));
  const shortConversations = conversations.map(indexed);
  const shortKeys = batch.map(({ key }) => indexed(key));
  return query<Outcome>(
    `SELECT place, row_id, outcome FROM ${functionName('append')}($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
    [
      batch.map(({ row }) => encodeText(row.appId)),
      batch.map(({ row }) => encodeText(row.connectionId)),
      batch.map(({ row }) => row.urgent),
      shortConversations,
      conversations.map((text, at) => (text === shortConversations[at] ? null : text)),
      shortKeys,
      batch.map(({ key }, at) => (key === shortKeys[at] ? null : key)),
      batch.map(({ row }) => encodeText(row.kind)),
      batch.map(({ row }) => row.receivedAt),
      batch.map(({ row }) => (row.claimFor === undefined ? null : ownerOf(row.claimFor))),
      batch.map(({ body }) => body.length),
      Buffer.concat(batch.map(({ body }) => body)),
    ],
  );
}
