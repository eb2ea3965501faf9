/**
 * Steps `beat` and `fence` of docs/replicas-model.
 *
 * Renews the lease of a replica that is not gone, and ends those of the others that are over, in one transaction and by one
 * time. Only a replica that has beaten without a gap for a whole lease ends others: after an outage of PostgreSQL all of
 * them get the time to renew. \`alive\` is false when another replica has ended this one. Answers PostgreSQL's time, and
 * the replicas that are left: of each name the run that joined last, because one that was killed stays until its lease ends.
 * One that has left by itself is among them for a lease longer, as draining: others may not have beaten while it was.
 * \`fenced\` says that it has ended the lease of another.
 *
 * In docs/replicas-model: beat and fence.
 */
export const BEAT = `(me text, v_lease interval, v_draining boolean)
RETURNS TABLE (alive boolean, at double precision, members jsonb, fenced boolean) LANGUAGE plpgsql AS $$
DECLARE
  t timestamptz := clock_timestamp();
BEGIN
  -- A renewal that a failover loses does no harm, and beats go on while a standby does not confirm.
  PERFORM set_config('synchronous_commit', 'local', true);
  UPDATE ak_slack.replicas r SET expires_at = t + v_lease, draining = v_draining,
      since = CASE WHEN r.expires_at - v_lease < t - v_lease * 0.6 THEN t ELSE r.since END
    WHERE r.id = me AND r.gone_at IS NULL;
  alive := FOUND;
  at := extract(epoch FROM t) * 1000;
  IF NOT alive THEN RETURN NEXT; RETURN; END IF;

  -- PostgreSQL's clock was set back, or another server took over: no lease is longer than a lease.
  UPDATE ak_slack.replicas r SET expires_at = t + v_lease WHERE r.id = ANY (ARRAY(SELECT x.id FROM ak_slack.replicas x
    WHERE x.gone_at IS NULL AND x.expires_at > t + v_lease FOR UPDATE SKIP LOCKED));

  IF EXISTS (SELECT 1 FROM ak_slack.replicas r WHERE r.id = me AND r.since < t - v_lease) THEN
    UPDATE ak_slack.replicas r SET gone_at = t WHERE r.id = ANY (ARRAY(SELECT x.id FROM ak_slack.replicas x
      WHERE x.gone_at IS NULL AND x.expires_at < t FOR UPDATE SKIP LOCKED));
    fenced := FOUND;
    DELETE FROM ak_slack.replicas r WHERE r.gone_at < t - interval '1 hour'
      AND NOT EXISTS (SELECT 1 FROM ak_slack.events e WHERE e.owner = r.id);
  END IF;

  SELECT jsonb_agg(jsonb_build_object('name', m.name, 'instance', m.instance, 'isDraining', m.draining) ORDER BY m.name)
    INTO members
    FROM (SELECT DISTINCT ON (r.name) r.name, r.instance, r.draining FROM ak_slack.replicas r
      WHERE r.gone_at IS NULL OR r.draining AND r.gone_at > t - v_lease
      ORDER BY r.name, r.joined_at DESC, r.id) m;
  RETURN NEXT;
END $$`;
