import { describe, expect, it } from 'vitest';
import type { EventQuery } from '../../../src/autokitteh/client.js';
import type { EventRecord } from '../../../src/autokitteh/event-reads.js';
import { findEvents } from '../../../src/pipeline/event-search.js';

const CONNECTION = 'con_00000000000000000000000001';

function store(
  count: number,
): { events: EventRecord[]; queries: EventQuery[] } & Parameters<typeof findEvents>[0] {
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

const sought = {
  ...{ connectionId: CONNECTION, integrationId: 'int_x', since: 0 },
  ...{ orgLevel: false, mayHaveCopies: false },
};
const key = (value: string) => ({ memo: ['slack_event_key', value] as const });

describe('findEvents', () => {
  it('A recent event is found by its memo with one small query', async () => {
    const server = store(1000);
    const found = await findEvents(server, { ...sought, ...key('Ev980') });
    expect(found.map(({ eventId }) => eventId)).toEqual(['evt_980']);
    expect(server.queries).toEqual([{ destinationId: CONNECTION, maxResults: 50 }]);
  });

  it('The lookup goes further back, but not further than the event can be', async () => {
    const server = store(3000);
    expect(await findEvents(server, { ...sought, ...key('Ev2') })).toMatchObject([{ eventId: 'evt_2' }]);
    expect(server.queries.map(({ maxResults }) => maxResults)).toEqual([50, 500, 5000]);
    server.queries.length = 0;
    expect(await findEvents(server, { ...sought, ...key('Ev2'), since: 2_999_000 })).toEqual([]);
    expect(server.queries.map(({ maxResults }) => maxResults)).toEqual([50, 500]);
  });

  it("The lookup finds an organisation's events by integration and takes only those of the connection", async () => {
    const server = store(20);
    const org = { ...sought, orgLevel: true };
    expect(await findEvents(server, { ...org, ...key('Ev4') })).toMatchObject([{ eventId: 'evt_4' }]);
    expect(await findEvents(server, { ...org, ...key('Ev5') })).toEqual([]);
    expect(server.queries[0]).toEqual({ integrationId: 'int_x', maxResults: 50 });
  });

  it('The lookup finds all copies of an event that was sent more than once', async () => {
    const server = store(400);
    const copy = { ...server.events[0]!, eventId: 'evt_copy', createdAt: 400_000 };
    server.events.push(copy);
    const again = { ...sought, ...key('Ev0'), mayHaveCopies: true };
    expect((await findEvents(server, again)).map(({ eventId }) => eventId)).toEqual(['evt_copy', 'evt_0']);
  });
});
