import type { RemovedStep, SourceStats } from '../journal.js';
import type { Tables } from './tables.js';

interface SourceRow {
  readonly id: number;
  readonly app_id: string;
}

interface EventRow {
  readonly id: number;
  readonly state: string;
  readonly urgent: number;
  readonly conversation: string;
  readonly size: number;
}

/** Removes the rows of a connection that nobody holds, in whichever state they are. */
export function prepareRemoveConnection({ database, sources, lanes, inFlight }: Tables) {
  const sourcesOf = database.prepare('SELECT id, app_id FROM sources WHERE connection_id = ?');
  const some = database.prepare(`SELECT id, state, urgent, conversation, size FROM events
    WHERE source_id = ? AND owner IS NULL LIMIT ?`);
  const dropBody = database.prepare('DELETE FROM bodies WHERE event_id = ?');
  const dropRow = database.prepare('DELETE FROM events WHERE id = ?');

  const removeOne = (source: number, { id, state, urgent, conversation, size }: EventRow): void => {
    dropBody.run(id);
    dropRow.run(id);
    if (state === 'dead') sources.count(source, { dead: -1 });
    if (state !== 'waiting') return;
    sources.count(source, { waiting: -1, waitingBytes: -size });
    lanes.removeEmpty(source, urgent, conversation);
  };

  return (connectionId: string, limit: number): RemovedStep => {
    // What was delivered in being written has its key in a table of its own until then.
    inFlight.fold();
    const removed: SourceStats[] = [];
    let left = limit;
    for (const { id, app_id: appId } of sourcesOf.all(connectionId) as unknown as SourceRow[]) {
      const rows = some.all(id, left) as unknown as EventRow[];
      for (const row of rows) removeOne(id, row);
      left -= rows.length;
      const waiting = rows.filter(({ state }) => state === 'waiting');
      const waitingBytes = waiting.reduce((sum, { size }) => sum + size, 0);
      const dead = rows.filter(({ state }) => state === 'dead').length;
      removed.push({ appId, connectionId, waiting: waiting.length, waitingBytes, dead });
      sources.removeEmpty({ appId, connectionId }, id);
    }
    return { removed, more: left === 0 };
  };
}
