import { adoptInFlight, InFlight } from './in-flight.js';
import type { Database } from './driver.js';
import { Lanes } from './lanes.js';
import { Sources } from './sources.js';

/** What the verbs share within one open file. */
export interface Tables {
  readonly database: Database;
  readonly sources: Sources;
  readonly lanes: Lanes;
  readonly inFlight: InFlight;
  /** The id of the next row, in whichever table. */
  readonly nextId: () => number;
}

export function openTables(database: Database): Tables {
  adoptInFlight(database);
  let { id } = database.prepare('SELECT coalesce(max(id), 0) AS id FROM events').get() as { id: number };
  return {
    database,
    sources: new Sources(database),
    lanes: new Lanes(database),
    inFlight: new InFlight(database),
    nextId: () => (id += 1),
  };
}
