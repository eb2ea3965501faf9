import type { Tables } from './tables.js';

/** Puts rows that were given up back into their lanes, as if they had never been tried. */
export function prepareResend({ database, sources, lanes, inFlight }: Tables) {
  const select = database.prepare(
    `SELECT source_id, urgent, conversation, size FROM events WHERE id = ? AND state = 'dead'`,
  );
  const revive = database.prepare(`UPDATE events SET state = 'waiting', settled_at = NULL, attempts = 0,
    retried = 1 WHERE id = ? AND state = 'dead'`);

  const reviveOne = (id: number, now: number): boolean => {
    const row = select.get(id) as
      { source_id: number; urgent: number; conversation: string; size: number } | undefined;
    if (row === undefined) return false;
    revive.run(id);
    const holder = inFlight.holderOf(row.source_id, row.urgent, row.conversation);
    lanes.open(row.source_id, row.urgent, row.conversation, now, holder ?? null);
    sources.count(row.source_id, { waiting: 1, waitingBytes: row.size, dead: -1 });
    return true;
  };

  return (ids: readonly number[], now: number): number => ids.filter((id) => reviveOne(id, now)).length;
}
