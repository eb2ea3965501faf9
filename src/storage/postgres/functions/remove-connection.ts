/**
 * Removes at most \`v_limit\` rows of a connection that nobody holds, with their keys; a key without a row counts as one.
 * Answers what was removed for each source that still had something. Rows that are being written behind are left for a
 * later call, and so are keys of rows that somebody holds.
 */
export const REMOVE_CONNECTION = `(v_connection text, v_limit int)
RETURNS TABLE (app text, waiting int, waiting_bytes bigint, given_up int, removed int)
LANGUAGE plpgsql SET enable_seqscan = off AS $$
DECLARE
  s record;
  t record;
  ids bigint[];
  room int := v_limit;
BEGIN
  FOR s IN SELECT x.id, x.app_id FROM ak_slack.sources x WHERE x.connection_id = v_connection ORDER BY x.id LOOP
    IF NOT EXISTS (SELECT 1 FROM ak_slack.keys k WHERE k.source = s.id)
      AND NOT EXISTS (SELECT 1 FROM ak_slack.dead d WHERE d.source = s.id)
      AND NOT EXISTS (SELECT 1 FROM ak_slack.events e WHERE e.source = s.id AND e.leads) THEN CONTINUE; END IF;
    app := s.app_id; waiting := 0; waiting_bytes := 0; given_up := 0; removed := 0;

    -- Those behind go first, so that their lanes have a leader until the end.
    ids := ARRAY(SELECT e.id FROM ak_slack.events e WHERE e.source = s.id AND NOT e.leads
      LIMIT room FOR UPDATE SKIP LOCKED);
    ids := ids || ARRAY(SELECT e.id FROM ak_slack.events e WHERE e.source = s.id AND e.leads AND e.owner IS NULL
      LIMIT room - cardinality(ids) FOR UPDATE SKIP LOCKED);
    FOR t IN DELETE FROM ak_slack.events e WHERE e.id = ANY (ids) RETURNING e.* LOOP
      DELETE FROM ak_slack.keys k WHERE k.source = s.id AND k.key = t.key;
      PERFORM {{lead}}(t.source, t.urgent, t.conversation, t.ready_at) WHERE t.leads;
      waiting := waiting + 1; waiting_bytes := waiting_bytes + t.size;
    END LOOP;

    FOR t IN DELETE FROM ak_slack.dead d WHERE d.id = ANY (ARRAY(SELECT x.id FROM ak_slack.dead x WHERE x.source = s.id
      LIMIT room - waiting FOR UPDATE SKIP LOCKED)) RETURNING d.key LOOP
      DELETE FROM ak_slack.keys k WHERE k.source = s.id AND k.key = t.key;
      given_up := given_up + 1;
    END LOOP;

    WITH gone AS (DELETE FROM ak_slack.keys k WHERE k.source = s.id AND k.key = ANY (ARRAY(
        SELECT x.key FROM ak_slack.keys x WHERE x.source = s.id AND x.key <> ALL (ARRAY(
          SELECT e.key FROM ak_slack.events e WHERE e.source = s.id))
        LIMIT room - waiting - given_up)) RETURNING 1)
      SELECT waiting + given_up + count(*) INTO removed FROM gone;
    room := room - removed;
    RETURN NEXT;
  END LOOP;
END $$`;
