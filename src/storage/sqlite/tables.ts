import { adoptInFlight, InFlight } from './in-flight.js';
import type { Database } from './driver.js';
import { Lanes } from './lanes.js';
import { prepareNotePath, type NotePath } from './note-path.js';
import { Sources } from './sources.js';

/** What the verbs share within one open file. */
export interface Tables {
  readonly database: Database;
  readonly sources: Sources;
  readonly lanes: Lanes;
  readonly inFlight: InFlight;
  readonly notePath: NotePath;
  /** The id of the next row, in whichever table. */
  readonly nextId: () => number;
}

export function openTables(database: Database): Tables {
  adoptInFlight(database);
  // Paths are kept for longer than some rows, and are told by their row's id.
  let { id } = database
    .prepare(
      'SELECT max(coalesce((SELECT max(id) FROM events), 0), coalesce((SELECT max(id) FROM paths), 0)) AS id',
    )
    .get() as { id: number };
  const notePath = prepareNotePath(database);
  return {
    database,
    sources: new Sources(database),
    lanes: new Lanes(database),
    inFlight: new InFlight(database, notePath),
    notePath,
    nextId: () => (id += 1),
  };
}
