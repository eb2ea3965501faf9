import { describe, expect, it } from 'vitest';
import type { EventQuery } from '../../../src/autokitteh/client.js';
import type { OutgoingEvent } from '../../../src/autokitteh/dispatch-encoding.js';
import { createEventSink, type EventSinkOptions } from '../../../src/pipeline/event-sink.js';
import { AnswerDesk } from '../../../src/pipeline/pending-responses.js';
import { PluginError } from '../../../src/core/errors.js';
import type { JournalRow } from '../../../src/storage/journal.js';
import { frameText } from '../events/frames.js';
import { entryOf, recordOf } from '../connections/entries.js';

const ROW: JournalRow = {
  ...{ id: 7, appId: 'A1', key: 'Ev1', connectionId: 'con_1', conversation: 'C1', urgent: false },
  ...{ kind: 'events_api', body: frameText('message.channels.json'), receivedAt: 5_000 },
  ...{ attempts: 1, retried: false, fence: 1 },
};

const NEVER = new AbortController().signal;

function sink(more: Partial<EventSinkOptions> = {}) {
  const dispatched: OutgoingEvent[] = [];
  const queries: EventQuery[] = [];
  const made = createEventSink({
    server: {
      prepareDispatch: (event) => () => {
        dispatched.push(event);
        return Promise.resolve({ eventId: 'evt_1' });
      },
      listEvents(query) {
        queries.push(query);
        const memo = { slack_event_key: 'Ev1' };
        const event = { eventId: 'evt_9', destinationId: 'con_1', eventType: 'message', memo, createdAt: 1 };
        return Promise.resolve([event]);
      },
    },
    integrationId: 'int_1',
    live: { entry: (id) => entryOf(id, { t: 'new' }) },
    desk: new AnswerDesk(),
    answersBase: () => 'https://ak.example.com',
    ...more,
  });
  return { made, dispatched, queries };
}

describe('the event sink', () => {
  it("The event sink dispatches the mapped frame to the row's connection, with a memo to find it by", async () => {
    const { made, dispatched } = sink();
    expect(await made.prepare(ROW)(NEVER)).toEqual({ t: 'delivered', eventId: 'evt_1' });
    expect(dispatched[0]).toMatchObject({
      destinationId: 'con_1',
      eventType: 'message',
      memo: { slack_event_key: 'Ev1', slack_app_id: 'A1' },
    });
  });

  it.each(['', 'no JSON', '[]', '{"type":"events_api"}', '{"type":"events_api","payload":{"event":1}}'])(
    'The event sink gives up a row that holds no event: %j',
    (body) => {
      const { made, dispatched } = sink();
      expect(() => made.prepare({ ...ROW, body })).toThrow(/the frame/);
      expect(dispatched).toEqual([]);
    },
  );

  it.each([
    [new PluginError('server_unavailable', 'away'), 'outage'],
    [new PluginError('forbidden', 'not yours'), 'forbidden'],
    [new PluginError('not_found', 'no such connection'), 'poisoned'],
    [new PluginError('server_refused', 'something new'), 'failed'],
    [new TypeError('a fault of ours'), 'failed'],
  ])('The event sink says what a refusal means: %s', async (error, t) => {
    const { made } = sink({
      server: { prepareDispatch: () => () => Promise.reject(error), listEvents: () => Promise.resolve([]) },
    });
    expect(await made.prepare(ROW)(NEVER)).toMatchObject({ t });
  });

  it('The event sink finds an event again by its connection or, for an organisation, by its integration', async () => {
    const own = sink();
    expect(await own.made.find(ROW, NEVER)).toBe('evt_9');
    expect(own.queries[0]).toMatchObject({ destinationId: 'con_1' });
    const organisation = sink({
      live: {
        entry: (id) => ({ ...entryOf(id, { t: 'new' }), record: { ...recordOf(id), projectId: '' } }),
      },
    });
    expect(await organisation.made.find(ROW, NEVER)).toBe('evt_9');
    expect(organisation.queries[0]).toMatchObject({ integrationId: 'int_1' });
    expect(await own.made.find({ ...ROW, key: 'Ev2' }, NEVER)).toBeUndefined();
  });
});
