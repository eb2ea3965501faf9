/**
 * Makes the oldest row of a lane lead it, if nothing does or a younger one that nobody holds; answers whether the lane has rows.
 * Each statement sees what was committed before it, so a row that was written behind the ended leader is found.
 */
export const LEAD = `(v_source int, v_urgent boolean, v_conversation text, v_ready double precision)
RETURNS boolean LANGUAGE plpgsql SET enable_seqscan = off AS $$
DECLARE
  head bigint;
  holder text;
  oldest bigint;
BEGIN
  SELECT e.id, e.owner INTO head, holder FROM ak_slack.events e
    WHERE e.leads AND e.source = v_source AND e.urgent = v_urgent AND e.conversation = v_conversation FOR UPDATE;
  IF holder IS NOT NULL THEN RETURN true; END IF;
  LOOP
    SELECT e.id INTO oldest FROM ak_slack.events e
      WHERE NOT e.leads AND e.source = v_source AND e.urgent = v_urgent AND e.conversation = v_conversation
      ORDER BY e.id LIMIT 1;
    IF head IS NOT NULL AND (oldest IS NULL OR head < oldest) THEN RETURN true; END IF;
    IF oldest IS NULL THEN RETURN false; END IF;
    IF head IS NOT NULL THEN UPDATE ak_slack.events SET leads = false WHERE id = head; END IF;
    UPDATE ak_slack.events SET leads = true, ready_at = v_ready WHERE id = oldest;
    -- Else it was removed meanwhile, and the next one is the oldest.
    IF FOUND THEN RETURN true; END IF;
    head := NULL;
  END LOOP;
END $$`;
