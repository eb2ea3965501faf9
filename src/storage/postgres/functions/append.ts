/**
 * Steps `appendDuplicate`, `appendLeading`, `appendLocks` and `appendBehind` of docs/replicas-model.
 *
 * Writes rows whose keys are new; the keys of a call are distinct. A row that leads its lane is claimed for its owner, if that
 * holds its lease. Bodies come one after another in `v_bodies`, each `v_size` bytes long.
 *
 * A row that does not lead stands behind a leader which nobody can end before this transaction does: FOR KEY SHARE here, FOR
 * UPDATE where a leader is ended. Without the pair, a row could be written behind a leader that is just being ended, and
 * nobody would make it lead. A lane whose leader has ended meanwhile goes round again.
 *
 * In docs/replicas-model: appendDuplicate, appendLeading, appendLocks and appendBehind.
 */
export const APPEND = `(
  v_app text[], v_connection text[], v_urgent boolean[], v_conversation text[], v_long_conversation text[],
  v_key text[], v_long_key text[], v_kind text[], v_received double precision[], v_owner text[], v_size int[],
  v_bodies bytea
) RETURNS TABLE (place int, row_id bigint, outcome text) LANGUAGE plpgsql SET enable_seqscan = off AS $$
#variable_conflict use_column
DECLARE
  v_source int[];
  v_holder text[];
  v_at int[];
  rest int[] := '{}';
  t record;
BEGIN
  INSERT INTO ak_slack.sources (app_id, connection_id)
    SELECT DISTINCT u.a, u.c FROM unnest(v_app, v_connection) u(a, c)
    WHERE NOT EXISTS (SELECT 1 FROM ak_slack.sources s WHERE s.app_id = u.a AND s.connection_id = u.c)
    ORDER BY 1, 2 ON CONFLICT DO NOTHING;
  SELECT array_agg(s.id ORDER BY u.o), array_agg(r.id ORDER BY u.o), array_agg(u.at ORDER BY u.o)
    INTO v_source, v_holder, v_at
    FROM (SELECT i.*, (sum(i.l) OVER (ORDER BY i.o) - i.l)::int + 1 AS at
      FROM unnest(v_app, v_connection, v_owner, v_size) WITH ORDINALITY i(a, c, w, l, o)) u
    JOIN ak_slack.sources s ON s.app_id = u.a AND s.connection_id = u.c
    LEFT JOIN ak_slack.replicas r ON r.id = u.w AND r.gone_at IS NULL AND r.expires_at > clock_timestamp();

  -- The usual case in one statement: new keys, and of these the first of each lane leads it, if nothing else does.
  FOR t IN
    WITH i AS (SELECT * FROM unnest(v_source, v_urgent, v_conversation, v_long_conversation, v_key, v_long_key, v_kind,
        v_received, v_holder, v_size, v_at) WITH ORDINALITY i(s, u, c, lc, k, lk, kind, r, w, l, at, o)),
    fresh AS (INSERT INTO ak_slack.keys AS x (source, key, at)
      SELECT s, k, r FROM i ORDER BY s, k COLLATE "C" ON CONFLICT DO NOTHING RETURNING x.source, x.key),
    n AS (SELECT i.* FROM i JOIN fresh f ON f.source = i.s AND f.key = i.k),
    first AS (SELECT DISTINCT ON (n.s, n.u, n.c COLLATE "C") n.* FROM n ORDER BY n.s, n.u, n.c COLLATE "C", n.o),
    w AS (INSERT INTO ak_slack.events AS e (source, urgent, conversation, long_conversation, key, long_key, kind, size,
        received_at, ready_at, body, leads, owner, turn, attempts)
      SELECT s, u, c, lc, k, lk, kind, l, r, r, substring(v_bodies FROM at FOR l), true, w,
        (w IS NOT NULL)::int, (w IS NOT NULL)::int
      FROM first ORDER BY s, u, c COLLATE "C"
      ON CONFLICT (source, urgent, conversation) WHERE leads DO NOTHING RETURNING e.id, e.source, e.key, e.owner)
    SELECT n.o::int AS o, w.id, w.owner FROM n LEFT JOIN w ON w.source = n.s AND w.key = n.k
  LOOP
    IF t.id IS NULL THEN rest := rest || t.o; CONTINUE; END IF;
    place := t.o; row_id := t.id; outcome := CASE WHEN t.owner IS NULL THEN 'first' ELSE 'claimed' END;
    RETURN NEXT;
  END LOOP;

  WHILE cardinality(rest) > 0 LOOP
    FOR t IN
      WITH i AS (SELECT * FROM unnest(v_source, v_urgent, v_conversation, v_long_conversation, v_key, v_long_key, v_kind,
          v_received, v_holder, v_size, v_at) WITH ORDINALITY i(s, u, c, lc, k, lk, kind, r, w, l, at, o)
        WHERE i.o = ANY (rest)),
      ahead AS (SELECT e.source, e.urgent, e.conversation FROM ak_slack.events e
        WHERE e.leads AND (e.source, e.urgent, e.conversation) IN (SELECT s, u, c FROM i)
        ORDER BY e.source, e.urgent, e.conversation FOR KEY SHARE),
      behind AS (INSERT INTO ak_slack.events AS e (source, urgent, conversation, long_conversation, key, long_key, kind,
          size, received_at, ready_at, body, leads)
        SELECT s, u, c, lc, k, lk, kind, l, r, r, substring(v_bodies FROM at FOR l), false
        FROM i JOIN ahead b ON b.source = i.s AND b.urgent = i.u AND b.conversation = i.c
        ORDER BY i.o RETURNING e.id, e.source, e.key),
      first AS (SELECT DISTINCT ON (i.s, i.u, i.c COLLATE "C") i.* FROM i
        WHERE NOT EXISTS (SELECT 1 FROM ahead b WHERE b.source = i.s AND b.urgent = i.u AND b.conversation = i.c)
        ORDER BY i.s, i.u, i.c COLLATE "C", i.o),
      w AS (INSERT INTO ak_slack.events AS e (source, urgent, conversation, long_conversation, key, long_key, kind, size,
          received_at, ready_at, body, leads, owner, turn, attempts)
        SELECT s, u, c, lc, k, lk, kind, l, r, r, substring(v_bodies FROM at FOR l), true, w,
          (w IS NOT NULL)::int, (w IS NOT NULL)::int
        FROM first ORDER BY s, u, c COLLATE "C"
        ON CONFLICT (source, urgent, conversation) WHERE leads DO NOTHING RETURNING e.id, e.source, e.key, e.owner)
      SELECT i.o::int AS o, coalesce(b.id, w.id) AS id, w.owner, b.id IS NOT NULL AS behind
      FROM i LEFT JOIN behind b ON b.source = i.s AND b.key = i.k LEFT JOIN w ON w.source = i.s AND w.key = i.k
      WHERE b.id IS NOT NULL OR w.id IS NOT NULL
    LOOP
      rest := array_remove(rest, t.o);
      place := t.o; row_id := t.id;
      outcome := CASE WHEN t.behind THEN 'behind' WHEN t.owner IS NULL THEN 'first' ELSE 'claimed' END;
      RETURN NEXT;
    END LOOP;
  END LOOP;
END $$`;
