import type { JournalRow } from '../storage/journal.js';
import type { RowLabel } from './events.js';

/** What may be told of a row to logs and metrics. */
export function labelOf({ appId, connectionId, key, kind, urgent }: JournalRow): RowLabel {
  return { appId, connectionId, key, kind, urgent };
}
