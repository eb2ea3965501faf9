import { describe, expect, it } from 'vitest';
import type { AutoKitteh, EventQuery, SessionQuery, TriggerRecord } from '../../../src/autokitteh/client.js';
import type { EventRecord } from '../../../src/autokitteh/event-reads.js';
import { fateOf, searchEvent } from '../../../src/pipeline/event-search.js';
import type { JournalRow } from '../../../src/storage/rows.js';

const ROW: JournalRow = {
  ...{ id: 7, appId: 'A1', key: 'Ev1', connectionId: 'con_1', conversation: 'C1', urgent: false },
  ...{ kind: 'events_api', body: '{}', receivedAt: 5_000, attempts: 1, retried: false, unansweredAt: 6_000 },
};
const NEVER = new AbortController().signal;
const all: TriggerRecord = { name: 't', projectId: 'prj_1', eventType: '', filter: '', hasCall: true };

interface There {
  readonly projectId?: string;
  readonly events?: readonly string[];
  /** Ids of events that have a session. */
  readonly started?: readonly string[];
  readonly triggers?: readonly TriggerRecord[];
  readonly runs?: boolean;
  readonly isGone?: boolean;
}

function serverWith({ projectId = 'prj_1', events = [], started = [], triggers = [], runs, isGone }: There) {
  const queries: EventQuery[] = [];
  const stored = events.map((eventId): EventRecord => {
    return {
      eventId,
      destinationId: 'con_1',
      eventType: 'message',
      memo: { slack_event_key: 'Ev1' },
      createdAt: 5_500,
    };
  });
  const server = {
    connection: () => Promise.resolve(isGone === true ? undefined : { projectId }),
    listEvents(query: EventQuery) {
      queries.push(query);
      return Promise.resolve(stored);
    },
    hasSession: (query: SessionQuery) =>
      Promise.resolve('eventId' in query ? started.includes(query.eventId) : runs === true),
    listTriggers: () => Promise.resolve([...triggers]),
  } as unknown as AutoKitteh;
  return { server, queries };
}

async function search(there: There): Promise<string> {
  const sighting = await searchEvent(serverWith(there).server, 'int_1', ROW, NEVER);
  return 'eventId' in sighting ? `${sighting.t} ${sighting.eventId}` : sighting.t;
}

describe('the search for an event whose dispatch had no answer', () => {
  it.each<[string, There, string]>([
    ['an event that is not stored is absent', { triggers: [all] }, 'absent'],
    ['an event of a connection that is gone is absent', { isGone: true, events: ['evt_1'] }, 'absent'],
    [
      'an event with a session is settled',
      { events: ['evt_1'], started: ['evt_1'], triggers: [all] },
      'settled evt_1',
    ],
    [
      'an event of which an earlier copy has a session is settled',
      { events: ['evt_2', 'evt_1'], started: ['evt_1'], triggers: [all] },
      'settled evt_1',
    ],
    ['an event that nothing takes is settled', { events: ['evt_1'] }, 'settled evt_1'],
    [
      'an event that only a trigger without a function takes is settled',
      { events: ['evt_1'], triggers: [{ ...all, hasCall: false }] },
      'settled evt_1',
    ],
    [
      'an event for whose type there is no trigger is settled',
      { events: ['evt_1'], triggers: [{ ...all, eventType: 'app_mention' }] },
      'settled evt_1',
    ],
    [
      'an event that a trigger for its type takes is unstarted',
      { events: ['evt_1'], triggers: [{ ...all, eventType: 'message' }] },
      'unstarted evt_1',
    ],
    [
      'an event that a trigger for all types takes is unstarted',
      { events: ['evt_1'], triggers: [{ ...all, eventType: '*' }] },
      'unstarted evt_1',
    ],
    [
      'an event that a filter may let pass is unstarted',
      { events: ['evt_1'], triggers: [{ ...all, filter: 'data.x' }] },
      'unstarted evt_1',
    ],
    [
      'an event for which a running session may wait is unstarted',
      { events: ['evt_1'], runs: true },
      'unstarted evt_1',
    ],
  ])('The search knows that %s', async (_, there, expected) => {
    expect(await search(there)).toBe(expected);
  });

  it.each<[string, There, string]>([
    [
      'an event of an organisation is settled when each of its triggers has started one',
      { events: ['evt_2', 'evt_1'], started: ['evt_1', 'evt_2'], triggers: [all, all] },
      'settled evt_2',
    ],
    [
      'an event of an organisation is unstarted while a trigger that takes it has started none',
      { events: ['evt_2', 'evt_1'], started: ['evt_1'], triggers: [all, all] },
      'unstarted evt_1',
    ],
    [
      'an event of an organisation is unstarted where the server has not stored one for each trigger',
      { events: ['evt_1'], started: ['evt_1'], triggers: [all, { ...all, filter: 'data.x' }] },
      'unstarted evt_1',
    ],
    [
      'an event of an organisation that no trigger takes is settled',
      { events: ['evt_1'], triggers: [{ ...all, hasCall: false }] },
      'settled evt_1',
    ],
  ])('The search knows that %s', async (_, there, expected) => {
    expect(await search({ ...there, projectId: '' })).toBe(expected);
  });

  it('An event is sought by its connection or, for an organisation, by its integration', async () => {
    const own = serverWith({ events: ['evt_1'] });
    await searchEvent(own.server, 'int_1', ROW, NEVER);
    expect(own.queries[0]).toMatchObject({ destinationId: 'con_1' });
    const organisation = serverWith({ events: ['evt_1'], projectId: '' });
    await searchEvent(organisation.server, 'int_1', ROW, NEVER);
    expect(organisation.queries[0]).toMatchObject({ integrationId: 'int_1' });
  });

  it.each<[string, There, string]>([
    ['has started a session', { started: ['evt_1'] }, 'started'],
    ['a trigger without a filter takes', { triggers: [all] }, 'due'],
    ['a filter may keep out', { triggers: [{ ...all, filter: 'data.x' }] }, 'none'],
    ['no trigger takes', { triggers: [{ ...all, eventType: 'app_mention' }] }, 'none'],
  ])('The search knows what to expect of an event that %s', async (_, there, expected) => {
    const taken = { connectionId: 'con_1', eventId: 'evt_1', eventType: 'message' };
    expect(await fateOf(serverWith(there).server, taken, NEVER)).toBe(expected);
  });
});
