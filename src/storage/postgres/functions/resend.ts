/** Puts rows that were given up back into their lanes, before younger ones that nobody holds. */
export const RESEND = `(v_ids bigint[], v_now double precision)
RETURNS TABLE (letter bigint, name text, app text, connection text, bytes int) LANGUAGE plpgsql SET enable_seqscan = off AS $$
DECLARE
  d record;
BEGIN
  FOR d IN DELETE FROM ak_slack.dead x WHERE x.id = ANY (v_ids) RETURNING x.* LOOP
    -- Nobody may end the leader before this row stands behind it.
    PERFORM 1 FROM ak_slack.events e WHERE e.leads AND e.source = d.source AND e.urgent = d.urgent
      AND e.conversation = d.conversation FOR UPDATE;
    INSERT INTO ak_slack.events (id, source, urgent, conversation, long_conversation, key, long_key, kind, size, received_at,
        body, leads, turn, ready_at, retried, unanswered_at)
      VALUES (d.id, d.source, d.urgent, d.conversation, d.long_conversation, d.key, d.long_key, d.kind, d.size,
        d.received_at, d.body, NOT FOUND, d.turn, v_now, true, d.unanswered_at);
    PERFORM {{lead}}(d.source, d.urgent, d.conversation, v_now);
    letter := d.id;
    name := coalesce(d.long_key, d.key);
    bytes := d.size;
    SELECT s.app_id, s.connection_id INTO app, connection FROM ak_slack.sources s WHERE s.id = d.source;
    RETURN NEXT;
  END LOOP;
END $$`;
