import { create } from '@bufbuild/protobuf';
import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import type { ServiceImpl } from '@connectrpc/connect';
import { callerKey, type Caller } from '../identity.js';
import { refusals, requireFilled, requireId } from '../refusals.js';
import type { EventRow } from '../store.js';
import { valueToJson } from '../values.js';
import type { World } from '../world.js';
import type { EventsService, ListRequest } from '../../../gen/autokitteh/events/v1/events_pb.js';
import { ValueSchema, type Value } from '../../../gen/autokitteh/values/v1/values_pb.js';

/** Stored events. */
export function eventsService(world: World): Partial<ServiceImpl<typeof EventsService>> {
  const { store, rights } = world;
  const message = (row: EventRow) => ({
    eventId: row.eventId,
    destinationId: row.connectionId || row.destinationId,
    eventType: row.eventType,
    memo: row.memo,
    createdAt: timestampFromMs(row.createdAt),
    seq: BigInt(row.seq),
  });
  return {
    save() {
      throw refusals.unauthorized();
    },
    get({ eventId, jsonValues }, { values }) {
      requireFilled('event_id', eventId);
      requireId(eventId, 'evt');
      const row = store.events.find((event) => event.eventId === eventId);
      if (row === undefined || !rights.isMember(values.get(callerKey), row.orgId)) throw refusals.notFound();
      return { event: { ...message(row), data: jsonValues ? inJson(row.data) : row.data } };
    },
    list(request, { values }) {
      const { order, maxResults } = request;
      if (!['', 'ASC', 'DESC'].includes(order)) throw refusals.invalid('order should be either ASC or DESC');
      const rows = wanted(world, values.get(callerKey), request);
      const ordered = order === 'ASC' ? rows : rows.toReversed();
      return { events: ordered.slice(0, maxResults === 0 ? undefined : maxResults).map(message) };
    },
  };
}

function wanted({ store, rights }: World, caller: Caller, request: ListRequest): EventRow[] {
  const { destinationId, projectId, integrationId, eventType } = request;
  const scope = destinationId || projectId;
  const org = scope === '' ? request.orgId || rights.defaultOrg(caller) : store.orgOf(scope);
  if (scope !== '' || org !== undefined) rights.requireMember(caller, org);
  return store.events
    .filter((row) => org === undefined || row.orgId === org)
    .filter((row) => destinationId === '' || row.destinationId === destinationId)
    .filter((row) => projectId === '' || row.projectId === projectId)
    .filter((row) => integrationId === '' || row.integrationId === integrationId)
    .filter((row) => eventType === '' || row.eventType === eventType);
}

function inJson(data: Readonly<Record<string, Value>>): Record<string, Value> {
  return Object.fromEntries(
    Object.entries(data).map(([key, value]) => [
      key,
      create(ValueSchema, { string: { v: JSON.stringify(valueToJson(value)) } }),
    ]),
  );
}
