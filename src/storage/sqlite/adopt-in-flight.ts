import type { Database } from './driver.js';

/**
 * Ends what a process left in flight. A conversation has one dispatch at a time, so a row with another under way in its lane,
 * or a later one here, was delivered, and its key stays. The others become rows like those that had to wait, claimed by
 * that process: then they are taken over like all that it had claimed, one of each lane, which holds the lane.
 */
export function adoptInFlight(database: Database): void {
  if (database.prepare('SELECT 1 FROM in_flight LIMIT 1').get() === undefined) return;
  database.exec(`BEGIN IMMEDIATE;
    INSERT INTO events (id, source_id, key, kind, conversation, urgent, size, received_at, state, attempts, settled_at)
      SELECT id, source_id, key, kind, conversation, urgent, size, received_at, 'key', 1, received_at FROM in_flight f
      WHERE EXISTS (SELECT 1 FROM events e WHERE e.owner IS NOT NULL
          AND (e.source_id, e.urgent, e.conversation) = (f.source_id, f.urgent, f.conversation))
        OR EXISTS (SELECT 1 FROM in_flight l WHERE l.id > f.id
          AND (l.source_id, l.urgent, l.conversation) = (f.source_id, f.urgent, f.conversation));
    DELETE FROM in_flight WHERE id IN (SELECT id FROM events);
    INSERT INTO events (id, source_id, key, kind, conversation, urgent, size, received_at, state, attempts, owner)
      SELECT id, source_id, key, kind, conversation, urgent, size, received_at, 'sending', 1, owner FROM in_flight;
    INSERT INTO bodies (event_id, body) SELECT id, body FROM in_flight;
    INSERT INTO lanes (source_id, urgent, conversation, ready_at, owner)
      SELECT source_id, urgent, conversation, received_at, owner FROM in_flight WHERE true
      ON CONFLICT DO UPDATE SET owner = excluded.owner;
    UPDATE sources SET
      waiting = waiting + (SELECT count(*) FROM in_flight WHERE source_id = sources.id),
      waiting_bytes = waiting_bytes + (SELECT coalesce(sum(size), 0) FROM in_flight WHERE source_id = sources.id);
    DELETE FROM in_flight;
    COMMIT;`);
}
