import type { JournalRow } from '../rows.js';

/** The columns of a row with its source and body, for statements that join the three tables. */
export const ROW_COLUMNS = `e.id, s.app_id, s.connection_id, e.key, e.kind, e.conversation, e.urgent, e.received_at,
  e.attempts, e.retried, e.unanswered_at, b.body`;

/** The tables that `ROW_COLUMNS` come from. */
export const ROW_TABLES = `events e JOIN sources s ON s.id = e.source_id LEFT JOIN bodies b ON b.event_id = e.id`;

/** A row as a statement with `ROW_COLUMNS` answers it. */
export interface StoredRow {
  readonly id: number;
  readonly app_id: string;
  readonly connection_id: string;
  readonly key: string;
  readonly kind: string;
  readonly conversation: string;
  readonly urgent: number;
  readonly received_at: number;
  readonly attempts: number;
  readonly retried: number;
  readonly unanswered_at: number | null;
  readonly body: string | null;
}

export function toRow(stored: StoredRow): JournalRow {
  return {
    id: stored.id,
    appId: stored.app_id,
    connectionId: stored.connection_id,
    key: stored.key,
    kind: stored.kind,
    conversation: stored.conversation,
    urgent: stored.urgent === 1,
    body: stored.body ?? '',
    receivedAt: stored.received_at,
    attempts: stored.attempts,
    retried: stored.retried === 1,
    unansweredAt: stored.unanswered_at ?? undefined,
  };
}
