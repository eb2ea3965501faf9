import type { Settled, Settlement } from '../journal.js';
import type { PathNote } from '../paths.js';
import type { InFlightRow } from './in-flight.js';
import type { Tables } from './tables.js';

interface Held {
  readonly source_id: number;
  readonly urgent: number;
  readonly conversation: string;
  readonly size: number;
}

/** Ends claims; what is no longer the owner's is left as it is. */
export function prepareSettle({ database, sources, lanes, inFlight, notePath }: Tables) {
  const held = database.prepare(
    'SELECT source_id, urgent, conversation, size FROM events WHERE id = ? AND owner = ?',
  );
  const deliver = database.prepare(`UPDATE events
    SET state = 'delivered', owner = NULL, event_id = ?, recovered = ?, settled_at = ? WHERE id = ? AND owner = ?`);
  const retry = database.prepare(`UPDATE events
    SET state = 'waiting', owner = NULL, retried = 1, last_error = ?, unanswered_at = ?
    WHERE id = ? AND owner = ?`);
  const retryUncounted = database.prepare(`UPDATE events
    SET state = 'waiting', owner = NULL, retried = 1, last_error = ?, unanswered_at = ?, attempts = attempts - 1
    WHERE id = ? AND owner = ?`);
  const defer = database.prepare(`UPDATE events
    SET state = 'waiting', owner = NULL, unanswered_at = ?, attempts = attempts - 1 WHERE id = ? AND owner = ?`);
  const release = database.prepare(`UPDATE events
    SET state = 'waiting', owner = NULL, attempts = attempts - 1 WHERE id = ? AND owner = ?`);
  const bury = database.prepare(`UPDATE events
    SET state = 'dead', owner = NULL, last_error = ?, unanswered_at = ?, type = ?, channel = ?, settled_at = ?
    WHERE id = ? AND owner = ?`);

  const land = (row: InFlightRow, eventId: string, now: number, path: PathNote | undefined): Settled => {
    const { source, urgent, conversation } = row;
    inFlight.deliver(row, eventId, now, path);
    if (!lanes.isOpen(source, urgent, conversation)) return 'last';
    return lanes.release(source, urgent, conversation, now) ? 'more' : 'last';
  };

  const settleOne = (owner: string, now: number, settlement: Settlement): Settled => {
    const { id, path } = settlement;
    const flying = inFlight.get(id, owner);
    if (flying !== undefined) {
      if (settlement.t === 'delivered') return land(flying, settlement.eventId, now, path);
      inFlight.move(flying, { sources, lanes });
    }
    const row = held.get(id, owner) as Held | undefined;
    if (row === undefined) return 'gone';
    const eventId = settlement.t === 'delivered' ? settlement.eventId : null;
    if (path !== undefined) notePath(id, path, eventId, now);
    switch (settlement.t) {
      case 'delivered':
        deliver.run(settlement.eventId, settlement.recovered ? 1 : 0, now, id, owner);
        sources.count(row.source_id, { waiting: -1, waitingBytes: -row.size });
        break;
      case 'retry':
        (settlement.counted ? retry : retryUncounted).run(
          settlement.reason,
          settlement.unansweredAt ?? null,
          id,
          owner,
        );
        break;
      case 'deferred':
        defer.run(settlement.unansweredAt, id, owner);
        break;
      case 'released':
        release.run(id, owner);
        break;
      case 'dead':
        bury.run(
          settlement.reason,
          settlement.unansweredAt ?? null,
          settlement.type ?? null,
          settlement.channel ?? null,
          ...[now, id, owner],
        );
        sources.count(row.source_id, { waiting: -1, waitingBytes: -row.size, dead: 1 });
        break;
    }
    const readyAt = 'nextAt' in settlement ? settlement.nextAt : now;
    return lanes.release(row.source_id, row.urgent, row.conversation, readyAt) ? 'more' : 'last';
  };

  return (owner: string, now: number, settlements: readonly Settlement[]): Settled[] =>
    settlements.map((settlement) => settleOne(owner, now, settlement));
}
