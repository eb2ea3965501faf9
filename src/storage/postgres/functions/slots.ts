// An instance has a row among the replicas for each lease that it had; it is gone when all of them are.

/** Takes the smallest free slot of an app for a live instance, while fewer than \`v_most\` are taken; its number, or nothing. */
export const TAKE_SLOT = `(v_instance text, v_app text, v_ticket bigint, v_most int, v_grace interval)
RETURNS smallint LANGUAGE plpgsql AS $$
DECLARE
  t timestamptz := clock_timestamp();
  got smallint;
BEGIN
  IF NOT EXISTS (SELECT 1 FROM ak_slack.replicas r
    WHERE r.instance = v_instance AND r.gone_at IS NULL AND r.expires_at > t) THEN RETURN NULL; END IF;
  -- An instance that is gone, and that has had the time to notice it and to close its sockets.
  DELETE FROM ak_slack.slots s WHERE s.app_id = v_app
    AND NOT EXISTS (SELECT 1 FROM ak_slack.replicas r WHERE r.instance = s.instance
      AND (r.gone_at IS NULL OR r.gone_at + v_grace > t));
  -- Each try is a statement of its own, and sees what others have taken meanwhile.
  FOR tries IN 1..10 LOOP
    IF (SELECT count(*) FROM ak_slack.slots s WHERE s.app_id = v_app) >= v_most THEN RETURN NULL; END IF;
    INSERT INTO ak_slack.slots AS x (app_id, n, instance, ticket)
      SELECT v_app, g, v_instance, v_ticket FROM generate_series(1, 10) g
      WHERE NOT EXISTS (SELECT 1 FROM ak_slack.slots s WHERE s.app_id = v_app AND s.n = g) ORDER BY g LIMIT 1
      ON CONFLICT (app_id, n) DO NOTHING RETURNING x.n INTO got;
    IF got IS NOT NULL THEN RETURN got; END IF;
  END LOOP;
  RETURN NULL;
END $$`;

/**
 * Gives back the slots of an instance with tickets in \`v_freed\`, and notes which of the others are live. One that was given
 * up as that of an instance that is gone is its own again if nobody has it. Answers the tickets of those that are another's.
 */
export const SYNC_SLOTS = `(v_instance text, v_freed bigint[], v_ticket bigint[], v_app text[], v_n int[], v_live boolean[])
RETURNS TABLE (lost bigint) LANGUAGE plpgsql AS $$
BEGIN
  DELETE FROM ak_slack.slots s WHERE s.instance = v_instance AND s.ticket = ANY (v_freed);
  INSERT INTO ak_slack.slots (app_id, n, instance, ticket, live)
    SELECT u.app, u.n, v_instance, u.ticket, u.live FROM unnest(v_ticket, v_app, v_n, v_live) u(ticket, app, n, live)
    WHERE EXISTS (SELECT 1 FROM ak_slack.replicas r WHERE r.instance = v_instance AND r.gone_at IS NULL)
    ON CONFLICT (app_id, n) DO NOTHING;
  UPDATE ak_slack.slots s SET live = u.live FROM unnest(v_ticket, v_app, v_n, v_live) u(ticket, app, n, live)
    WHERE s.app_id = u.app AND s.n = u.n AND s.instance = v_instance AND s.ticket = u.ticket AND s.live <> u.live;
  RETURN QUERY SELECT u.ticket FROM unnest(v_ticket, v_app, v_n) u(ticket, app, n)
    WHERE NOT EXISTS (SELECT 1 FROM ak_slack.slots s
      WHERE s.app_id = u.app AND s.n = u.n AND s.instance = v_instance AND s.ticket = u.ticket);
END $$`;

/**
 * Whether an instance may close its sockets of an app: at least \`v_least\` of \`v_others\` have a live one, which they keep
 * until they have asked this too. Its own count as live no more.
 */
export const LEAVE_APP = `(v_instance text, v_app text, v_others text[], v_least int)
RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
  PERFORM 1 FROM ak_slack.slots s WHERE s.app_id = v_app ORDER BY s.n FOR UPDATE;
  -- A new statement, which sees what was committed while this one waited.
  IF (SELECT count(DISTINCT s.instance) FROM ak_slack.slots s JOIN ak_slack.replicas r ON r.instance = s.instance
    WHERE s.app_id = v_app AND s.live AND s.instance = ANY (v_others) AND r.gone_at IS NULL AND NOT r.draining) < v_least
  THEN RETURN false; END IF;
  UPDATE ak_slack.slots s SET live = false WHERE s.app_id = v_app AND s.instance = v_instance AND s.live;
  RETURN true;
END $$`;

/** All slots, unless they are those that the caller knows: \`digest\` tells. */
export const LOOK_SLOTS = `(v_known text)
RETURNS TABLE (digest text, app text, holder text, ticket bigint, live boolean) LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
  found_digest text;
BEGIN
  SELECT coalesce(bit_xor(hashtextextended(concat_ws(' ', s.app_id, s.n, s.instance, s.ticket, s.live, r.instance), 0)), 0)::text
    INTO found_digest FROM ak_slack.slots s
    LEFT JOIN (SELECT DISTINCT x.instance FROM ak_slack.replicas x WHERE x.gone_at IS NULL) r ON r.instance = s.instance;
  IF found_digest = v_known THEN RETURN; END IF;
  RETURN QUERY SELECT found_digest, s.app_id, s.instance, s.ticket, s.live AND r.instance IS NOT NULL
    FROM (VALUES (1)) one LEFT JOIN ak_slack.slots s ON true
    LEFT JOIN (SELECT DISTINCT x.instance FROM ak_slack.replicas x WHERE x.gone_at IS NULL) r ON r.instance = s.instance;
END $$`;
