import { describe, expect, it } from 'vitest';
import type { OutgoingEvent } from '../../../src/autokitteh/dispatch-encoding.js';
import { createEventSink, type EventSinkOptions } from '../../../src/pipeline/dispatch.js';
import { PendingResponses } from '../../../src/pipeline/pending-responses.js';
import { PluginError } from '../../../src/core/errors.js';
import type { JournalRow } from '../../../src/storage/rows.js';
import { frameText } from '../events/frames.js';
import { entryOf } from '../connections/entries.js';

const ROW: JournalRow = {
  ...{ id: 7, appId: 'A1', key: 'Ev1', connectionId: 'con_1', conversation: 'C1', urgent: false },
  ...{ kind: 'events_api', body: frameText('message.channels.json'), receivedAt: 5_000 },
  ...{ attempts: 1, retried: false, fence: 1 },
};

const never = (): Promise<never> => Promise.reject(new Error('the server was asked'));
const NOT_ASKED = { connection: never, listEvents: never, hasSession: never, listTriggers: never };

const NEVER = new AbortController().signal;

function sink(more: Partial<EventSinkOptions> = {}) {
  const dispatched: OutgoingEvent[] = [];
  const made = createEventSink({
    server: {
      prepareDispatch: (event) => () => {
        dispatched.push(event);
        return Promise.resolve({ eventId: 'evt_1' });
      },
      ...NOT_ASKED,
    },
    integrationId: 'int_1',
    registry: { get: (id) => entryOf(id, { t: 'new' }) },
    responses: new PendingResponses(),
    ...more,
  });
  return { made, dispatched };
}

describe('the event sink', () => {
  it("The event sink dispatches the mapped frame to the row's connection, with a memo to find it by", async () => {
    const { made, dispatched } = sink();
    expect(await made.prepare(ROW)(NEVER)).toEqual({
      ...{ t: 'delivered', eventId: 'evt_1', eventType: 'message', channel: expect.any(String) as string },
    });
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
    [new PluginError('timeout', 'no answer'), 'unanswered'],
    [new PluginError('forbidden', 'not yours'), 'forbidden'],
    [new PluginError('not_found', 'no such connection'), 'poisoned'],
    [new PluginError('server_refused', 'something new'), 'failed'],
    [new TypeError('a fault of ours'), 'failed'],
  ])('The event sink says what a refusal means: %s', async (error, t) => {
    const { made } = sink({
      server: { ...NOT_ASKED, prepareDispatch: () => () => Promise.reject(error) },
    });
    expect(await made.prepare(ROW)(NEVER)).toMatchObject({ t });
  });
});
