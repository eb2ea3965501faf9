import { PATH_STEP_LENGTH, PATH_STEPS } from '../../paths.js';

// Half of the steps that are kept are the first ones.
const FIRST = (PATH_STEPS / 2) * PATH_STEP_LENGTH;
const LATEST = (PATH_STEPS / 2 - 1) * PATH_STEP_LENGTH;

/** Notes a step of the path of a row, or its origin anew where there is no step. */
export const NOTE_PATH = `(
  v_id bigint, v_key text, v_event_id text, v_now double precision, v_origin text, v_step text
) RETURNS void LANGUAGE sql AS $$
  INSERT INTO ak_slack.paths AS p (id, key, event_id, at, origin, count, steps)
    VALUES (v_id, v_key, v_event_id, v_now, v_origin, (v_step <> '')::int, v_step)
  ON CONFLICT (id) DO UPDATE SET at = excluded.at, event_id = coalesce(excluded.event_id, p.event_id),
    origin = CASE excluded.count WHEN 0 THEN excluded.origin ELSE p.origin END,
    count = p.count + excluded.count,
    steps = CASE WHEN length(p.steps) + length(excluded.steps) <= ${PATH_STEPS * PATH_STEP_LENGTH}
      THEN p.steps || excluded.steps
      ELSE left(p.steps, ${FIRST}) || right(p.steps, ${LATEST}) || excluded.steps END
$$`;
