import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import type { ServiceImpl } from '@connectrpc/connect';
import { callerKey, type Caller } from '../identity.js';
import { refusals, requireId } from '../refusals.js';
import type { SessionRow } from '../store.js';
import type { World } from '../world.js';
import { SessionStateType, type SessionsService } from '../../../gen/autokitteh/sessions/v1/sessions_pb.js';

// AutoKitteh takes any other size of a page for the nearer of these.
const LEAST_PAGE = 10;
const MOST_PAGE = 100;

/** Sessions and what they printed. */
export function sessionsService({
  store,
  rights,
  sessions,
}: World): Partial<ServiceImpl<typeof SessionsService>> {
  const visible = (caller: Caller, sessionId: string): SessionRow | undefined => {
    requireId(sessionId, 'ses');
    const row = store.sessions.get(sessionId);
    return row !== undefined && rights.isMember(caller, store.orgOf(row.projectId)) ? row : undefined;
  };
  const message = (row: SessionRow) => ({
    sessionId: row.sessionId,
    buildId: row.buildId,
    projectId: row.projectId,
    deploymentId: row.deploymentId,
    eventId: row.eventId,
    entrypoint: row.entrypoint,
    memo: row.memo,
    isDurable: row.isDurable,
    state: row.state,
    createdAt: timestampFromMs(row.createdAt),
  });
  return {
    get({ sessionId }, { values }) {
      const row = visible(values.get(callerKey), sessionId);
      if (row === undefined) throw refusals.notFound();
      return { session: { ...message(row), inputs: row.inputs } };
    },
    list(request, { values }) {
      const caller = values.get(callerKey);
      const { projectId, eventId, deploymentId, stateType, orgId, skip, pageSize } = request;
      const event = store.events.find((row) => row.eventId === eventId);
      const usual = event?.orgId ?? (orgId || rights.defaultOrg(caller));
      const org = projectId === '' ? usual : store.orgOf(projectId);
      rights.requireMember(caller, org);
      const rows = [...store.sessions.values()]
        .filter((row) => org === undefined || store.orgOf(row.projectId) === org)
        .filter((row) => projectId === '' || row.projectId === projectId)
        .filter((row) => eventId === '' || row.eventId === eventId)
        .filter((row) => deploymentId === '' || row.deploymentId === deploymentId)
        .filter((row) => stateType === SessionStateType.UNSPECIFIED || row.state === stateType)
        .reverse();
      const page = rows.slice(skip, skip + Math.min(Math.max(pageSize, LEAST_PAGE), MOST_PAGE));
      return { count: BigInt(rows.length), sessions: request.countOnly ? [] : page.map(message) };
    },
    getPrints({ sessionId, ascending, skip, pageSize }, { values }) {
      const prints = visible(values.get(callerKey), sessionId)?.prints ?? [];
      const ordered = ascending ? prints : prints.toReversed();
      const size = Math.min(Math.max(pageSize, LEAST_PAGE), MOST_PAGE);
      return {
        prints: ordered
          .slice(skip, skip + size)
          .map(({ text, at }) => ({ v: { string: { v: text } }, t: timestampFromMs(at) })),
      };
    },
    getLog({ sessionId }, { values }) {
      const row = visible(values.get(callerKey), sessionId);
      if (row === undefined) throw refusals.notFound();
      const outcome =
        row.state === SessionStateType.ERROR
          ? { error: { error: { value: { string: { v: row.error } } } } }
          : { completed: { prints: row.prints.map(({ text }) => text) } };
      return { count: 1n, records: [{ state: outcome }] };
    },
    stop({ sessionId }, { values }) {
      const row = visible(values.get(callerKey), sessionId);
      if (row === undefined) throw refusals.notFound();
      if (row.state !== SessionStateType.RUNNING && row.state !== SessionStateType.CREATED)
        throw refusals.unknown('conflict: session already in final state');
      sessions.terminate(sessionId);
      return {};
    },
  };
}
