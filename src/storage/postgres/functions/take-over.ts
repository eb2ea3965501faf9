/**
 * Step `claimOrTakeOver` of docs/replicas-model.
 *
 * Moves rows to a replica that holds its lease: those of owners that are not live, whatever became of them, and those of its
 * own that it names by id and turn because it does not know them. Answers ids alone, as a claim does.
 *
 * In docs/replicas-model: claimOrTakeOver, and the end of compare for rows of its own.
 */
export const TAKE_OVER = `(me text, v_latest double precision, v_limit int, v_own bigint[], v_own_turn int[])
RETURNS TABLE (row_id bigint) LANGUAGE plpgsql SET enable_seqscan = off AS $$
BEGIN
  IF NOT EXISTS (SELECT 1 FROM ak_slack.replicas r
    WHERE r.id = me AND r.gone_at IS NULL AND r.expires_at > clock_timestamp()) THEN RETURN; END IF;
  -- The clock may have been ahead before. One look in the index for each source and urgency.
  UPDATE ak_slack.events e SET ready_at = v_latest FROM ak_slack.sources s, (VALUES (false), (true)) u(urgent)
    WHERE e.source = s.id AND e.urgent = u.urgent AND e.leads AND e.owner IS NULL AND e.ready_at > v_latest;
  RETURN QUERY UPDATE ak_slack.events e SET owner = me, turn = e.turn + 1
    WHERE e.id = ANY (ARRAY(SELECT c.id FROM ak_slack.events c
      WHERE c.owner IS NOT NULL AND c.owner <> me
        AND NOT EXISTS (SELECT 1 FROM ak_slack.replicas r WHERE r.id = c.owner AND r.gone_at IS NULL)
      LIMIT v_limit FOR NO KEY UPDATE SKIP LOCKED))
    RETURNING e.id;
  RETURN QUERY UPDATE ak_slack.events e SET turn = e.turn + 1
    FROM unnest(v_own, v_own_turn) u(id, turn) WHERE e.id = u.id AND e.turn = u.turn AND e.owner = me RETURNING e.id;
END $$`;
