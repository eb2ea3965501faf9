import { PATH_STEP_LENGTH, PATH_STEPS, type PathNote } from '../paths.js';
import type { Database } from './driver.js';

// Half of the steps that are kept are the first ones.
const FIRST = (PATH_STEPS / 2) * PATH_STEP_LENGTH;
const LATEST = (PATH_STEPS / 2 - 1) * PATH_STEP_LENGTH;
const ALL = PATH_STEPS * PATH_STEP_LENGTH;

/** Notes a step of the path of a row: the time, and the server's event id if it has one. */
export type NotePath = (id: number, note: PathNote, eventId: string | null, now: number) => void;

export function prepareNotePath(database: Database): NotePath {
  const upsert = database.prepare(`INSERT INTO paths AS p (id, key, event_id, at, origin, count, steps)
    VALUES (?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (id) DO UPDATE SET at = excluded.at, event_id = coalesce(excluded.event_id, p.event_id),
      origin = CASE excluded.count WHEN 0 THEN excluded.origin ELSE p.origin END,
      count = p.count + excluded.count,
      steps = CASE WHEN length(p.steps) + length(excluded.steps) <= ${ALL} THEN p.steps || excluded.steps
        ELSE substr(p.steps, 1, ${FIRST}) || substr(p.steps, -${LATEST}) || excluded.steps END`);
  return (id, { key, origin, step }, eventId, now) => {
    upsert.run(id, key, eventId === '' ? null : eventId, now, origin, step === '' ? 0 : 1, step);
  };
}
