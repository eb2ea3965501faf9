import type { JournalRow } from '../rows.js';
import type { Query } from './session.js';
import { decodeText } from './text.js';

/** The columns of a row with its source, for statements on `events` or `dead` as `e` and `sources` as `s`. */
export const EVENT_COLUMNS = `e.id, s.app_id, s.connection_id, coalesce(e.long_key, e.key) AS key, e.kind,
  coalesce(e.long_conversation, e.conversation) AS conversation, e.urgent, e.received_at, e.turn, e.attempts, e.retried,
  e.unanswered_at, e.body`;

/** A row as a statement with `EVENT_COLUMNS` answers it. */
export interface StoredEvent {
  readonly id: number;
  readonly app_id: string;
  readonly connection_id: string;
  readonly key: string;
  readonly kind: string;
  readonly conversation: string;
  readonly urgent: boolean;
  readonly received_at: number;
  readonly turn: number;
  readonly attempts: number;
  readonly retried: boolean;
  readonly unanswered_at: number | null;
  readonly body: Buffer;
}

// As many bodies as are read in one statement.
const ROWS_AT_ONCE = 64;

/** The rows with these ids that `owner` holds, in the order of the ids; not those that it has lost meanwhile. */
export async function readHeld(query: Query, owner: string, ids: readonly number[]): Promise<JournalRow[]> {
  const found = new Map<number, JournalRow>();
  for (let at = 0; at < ids.length; at += ROWS_AT_ONCE) {
    const rows = await query<StoredEvent>(
      `SELECT ${EVENT_COLUMNS} FROM ak_slack.events e JOIN ak_slack.sources s ON s.id = e.source
        WHERE e.id = ANY ($1) AND e.owner = $2`,
      [ids.slice(at, at + ROWS_AT_ONCE), owner],
    );
    for (const row of rows) found.set(row.id, decodeRow(row));
  }
  return ids.flatMap((id) => found.get(id) ?? []);
}

export function decodeRow(stored: StoredEvent): JournalRow {
  return {
    id: stored.id,
    appId: decodeText(stored.app_id),
    connectionId: decodeText(stored.connection_id),
    key: decodeText(stored.key),
    kind: decodeText(stored.kind),
    conversation: decodeText(stored.conversation),
    urgent: stored.urgent,
    body: stored.body.toString(),
    receivedAt: stored.received_at,
    turn: stored.turn,
    attempts: stored.attempts,
    retried: stored.retried,
    unansweredAt: stored.unanswered_at ?? undefined,
  };
}
