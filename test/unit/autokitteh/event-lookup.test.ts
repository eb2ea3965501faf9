import { describe, expect, it } from 'vitest';
import type { EventQuery, EventRecord } from '../../../src/autokitteh/client.js';
import { findEvent } from '../../../src/autokitteh/event-lookup.js';

const CONNECTION = 'con_00000000000000000000000001';

function store(
  count: number,
): { events: EventRecord[]; queries: EventQuery[] } & Parameters<typeof findEvent>[0] {
  const queries: EventQuery[] = [];
  const events = Array.from({ length: count }, (_, index) => ({
    eventId: `evt_${index}`,
    destinationId: index % 2 === 0 ? CONNECTION : 'con_other',
    eventType: 'message',
    memo: { slack_event_key: `Ev${index}` },
    createdAt: index * 1000,
  }));
  return {
    events,
    queries,
    listEvents(query) {
      queries.push(query);
      const newestFirst = events
        .filter(
          ({ destinationId }) => query.destinationId === undefined || destinationId === query.destinationId,
        )
        .reverse();
      return Promise.resolve(newestFirst.slice(0, query.maxResults));
    },
  };
}

const sought = { connectionId: CONNECTION, integrationId: 'int_x', since: 0 };

describe('findEvent', () => {
  it('A recent event is found by its memo with one small query', async () => {
    const server = store(1000);
    const found = await findEvent(server, { ...sought, orgLevel: false, memo: ['slack_event_key', 'Ev980'] });
    expect(found?.eventId).toBe('evt_980');
    expect(server.queries).toEqual([{ destinationId: CONNECTION, maxResults: 50 }]);
  });

  it('The lookup goes further back, but not further than the event can be', async () => {
    const server = store(3000);
    const memo = ['slack_event_key', 'Ev2'] as const;
    expect((await findEvent(server, { ...sought, orgLevel: false, memo }))?.eventId).toBe('evt_2');
    expect(server.queries.map(({ maxResults }) => maxResults)).toEqual([50, 500, 5000]);
    server.queries.length = 0;
    const since = 2_999_000;
    expect(await findEvent(server, { ...sought, orgLevel: false, memo, since })).toBeUndefined();
    expect(server.queries.map(({ maxResults }) => maxResults)).toEqual([50, 500]);
  });

  it("The lookup finds an organisation's events by integration and takes only those of the connection", async () => {
    const server = store(20);
    const org = { ...sought, orgLevel: true };
    expect((await findEvent(server, { ...org, memo: ['slack_event_key', 'Ev4'] }))?.eventId).toBe('evt_4');
    expect(await findEvent(server, { ...org, memo: ['slack_event_key', 'Ev5'] })).toBeUndefined();
    expect(server.queries[0]).toEqual({ integrationId: 'int_x', maxResults: 50 });
  });

  it('The lookup searches in both places when the owner of the connection is not known', async () => {
    const found = { eventId: 'evt_1', destinationId: sought.connectionId, eventType: 'm', createdAt: 2000 };
    const memo = { slack_event_key: 'Ev1' };
    const server = {
      listEvents: ({ integrationId }: EventQuery) =>
        Promise.resolve(integrationId === undefined ? [] : [{ ...found, memo }]),
    };
    const unknown = { ...sought, orgLevel: undefined, memo: ['slack_event_key', 'Ev1'] as const };
    expect((await findEvent(server, unknown))?.eventId).toBe('evt_1');
  });
});
