/**
 * Steps `settleDelivered`, `settleReleased` and `settleNothing` of docs/replicas-model.
 *
 * Ends claims. A row that somebody is writing behind is not waited for, because to wait while rows are held is how two
 * transactions come to wait for each other: it is answered 'busy', and settled alone, with \`v_wait\`. A claim is told by its
 * turn, which also leaves alone a later claim of the same row by the same owner; without a turn, by its owner. What is noted of
 * the path of a row goes with the end of its claim.
 *
 * In docs/replicas-model: settleDelivered, settleReleased and settleNothing.
 */
export const SETTLE = `(
  me text, v_now double precision, v_wait boolean, v_id bigint[], v_turn int[], v_end text[], v_at double precision[],
  v_reason text[], v_unanswered double precision[], v_type text[], v_channel text[],
  v_event_id text[], v_path_key text[], v_path_origin text[], v_path_step text[]
) RETURNS TABLE (place int, outcome text) LANGUAGE plpgsql SET enable_seqscan = off AS $$
#variable_conflict use_column
DECLARE
  settled int[] := '{}';
  t record;
  held record;
  ready double precision;
BEGIN
  IF v_wait THEN PERFORM 1 FROM ak_slack.events e WHERE e.id = ANY (v_id) AND e.owner IS NOT NULL FOR UPDATE; END IF;

  FOR t IN
    WITH ended AS MATERIALIZED (SELECT e.id, u.o::int AS o
      FROM unnest(v_id, v_turn, v_end) WITH ORDINALITY u(id, turn, t, o)
      JOIN ak_slack.events e ON e.id = u.id AND e.owner IS NOT NULL
        AND CASE WHEN u.turn IS NULL THEN e.owner = me ELSE e.turn = u.turn END
      WHERE u.t = 'delivered' FOR UPDATE OF e SKIP LOCKED)
    DELETE FROM ak_slack.events e USING ended WHERE e.id = ended.id
    RETURNING ended.o, e.id, e.source, e.urgent, e.conversation
  LOOP
    settled := settled || t.o;
    PERFORM {{note_path}}(t.id, v_path_key[t.o], v_event_id[t.o], v_now, v_path_origin[t.o], v_path_step[t.o])
      WHERE v_path_key[t.o] IS NOT NULL;
    place := t.o;
    outcome := CASE WHEN {{lead}}(t.source, t.urgent, t.conversation, v_now) THEN 'more' ELSE 'last' END;
    RETURN NEXT;
  END LOOP;

  FOR t IN
    SELECT u.* FROM unnest(v_id, v_turn, v_end, v_at, v_reason, v_unanswered)
      WITH ORDINALITY u(id, turn, t, at, reason, unanswered, o)
    WHERE u.t <> 'delivered' ORDER BY u.o
  LOOP
    SELECT e.* INTO held FROM ak_slack.events e WHERE e.id = t.id AND e.owner IS NOT NULL
      AND CASE WHEN t.turn IS NULL THEN e.owner = me ELSE e.turn = t.turn END FOR UPDATE SKIP LOCKED;
    IF NOT FOUND THEN CONTINUE; END IF;
    ready := v_now;
    CASE t.t
      WHEN 'dead' THEN
        INSERT INTO ak_slack.dead (id, source, urgent, conversation, long_conversation, key, long_key, kind, size,
            received_at, body, turn, attempts, retried, unanswered_at, reason, type, channel, settled_at)
          VALUES (held.id, held.source, held.urgent, held.conversation, held.long_conversation, held.key, held.long_key,
            held.kind, held.size, held.received_at, held.body, held.turn, held.attempts, held.retried,
            t.unanswered, t.reason, v_type[t.o], v_channel[t.o], v_now);
        DELETE FROM ak_slack.events e WHERE e.id = t.id;
      WHEN 'released' THEN
        UPDATE ak_slack.events e SET owner = NULL, attempts = e.attempts - 1, ready_at = v_now WHERE e.id = t.id;
      WHEN 'deferred' THEN
        ready := t.at;
        UPDATE ak_slack.events e SET owner = NULL, attempts = e.attempts - 1, ready_at = t.at, unanswered_at = t.unanswered
          WHERE e.id = t.id;
      ELSE
        ready := t.at;
        UPDATE ak_slack.events e SET owner = NULL, retried = true, last_error = t.reason, ready_at = t.at,
          unanswered_at = t.unanswered,
          attempts = e.attempts - (t.t = 'uncounted')::int WHERE e.id = t.id;
    END CASE;
    settled := settled || t.o::int;
    PERFORM {{note_path}}(t.id, v_path_key[t.o], NULL, v_now, v_path_origin[t.o], v_path_step[t.o])
      WHERE v_path_key[t.o] IS NOT NULL;
    place := t.o;
    outcome := CASE WHEN {{lead}}(held.source, held.urgent, held.conversation, ready) THEN 'more' ELSE 'last' END;
    RETURN NEXT;
  END LOOP;

  RETURN QUERY SELECT u.o::int, CASE WHEN EXISTS (SELECT 1 FROM ak_slack.events e WHERE e.id = u.id AND e.owner IS NOT NULL
      AND CASE WHEN u.turn IS NULL THEN e.owner = me ELSE e.turn = u.turn END) THEN 'busy' ELSE 'gone' END
    FROM unnest(v_id, v_turn) WITH ORDINALITY u(id, turn, o) WHERE u.o <> ALL (settled);
END $$`;
