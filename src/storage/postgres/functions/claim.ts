/**
 * Step `claimOrTakeOver` of docs/replicas-model.
 *
 * Takes the leading rows that are ready, for a replica that holds its lease. Answers ids alone: a client that reads slowly
 * would keep the rows locked. A row without an id says when the next lane of that want is ready. NO KEY UPDATE, so that
 * lanes to which somebody is just writing are not left out.
 *
 * In docs/replicas-model: claimOrTakeOver.
 */
export const CLAIM = `(
  me text, v_now double precision, v_app text[], v_connection text[], v_urgent boolean[], v_limit int[]
) RETURNS TABLE (want int, row_id bigint, ready double precision) LANGUAGE plpgsql SET enable_seqscan = off AS $$
DECLARE
  w record;
BEGIN
  IF NOT EXISTS (SELECT 1 FROM ak_slack.replicas r
    WHERE r.id = me AND r.gone_at IS NULL AND r.expires_at > clock_timestamp()) THEN RETURN; END IF;
  FOR w IN
    SELECT u.o::int AS o, s.id AS source, u.urgent, u.lim
    FROM unnest(v_app, v_connection, v_urgent, v_limit) WITH ORDINALITY u(app, connection, urgent, lim, o)
    JOIN ak_slack.sources s ON s.app_id = u.app AND s.connection_id = u.connection ORDER BY u.o
  LOOP
    RETURN QUERY UPDATE ak_slack.events e SET owner = me, turn = e.turn + 1, attempts = e.attempts + 1
      WHERE e.id = ANY (ARRAY(SELECT c.id FROM ak_slack.events c
        WHERE c.source = w.source AND c.urgent = w.urgent AND c.leads AND c.owner IS NULL AND c.ready_at <= v_now
        ORDER BY c.ready_at, c.id LIMIT w.lim FOR NO KEY UPDATE SKIP LOCKED))
      RETURNING w.o, e.id, e.ready_at;
    RETURN QUERY SELECT w.o, NULL::bigint, c.ready_at FROM ak_slack.events c
      WHERE c.source = w.source AND c.urgent = w.urgent AND c.leads AND c.owner IS NULL
      ORDER BY c.ready_at, c.id LIMIT 1;
  END LOOP;
END $$`;
