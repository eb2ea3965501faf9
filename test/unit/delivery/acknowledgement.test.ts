import { describe, expect, test } from 'vitest';
import { Channel } from '../../../src/core/channel.js';
import { PluginError } from '../../../src/core/errors.js';
import type { JsonObject } from '../../../src/core/json.js';
import { acknowledge, type Acknowledgeable } from '../../../src/delivery/acknowledgement.js';
import type { DeliveryEvent } from '../../../src/delivery/events.js';
import type { Taken } from '../../../src/delivery/intake.js';
import { HandClock, settle } from '../../helpers/hand-clock.js';

function setUp(over: Partial<Acknowledgeable> = {}) {
  const clock = new HandClock();
  const sent: (JsonObject | undefined)[] = [];
  const seen: DeliveryEvent[] = [];
  const events = new Channel<DeliveryEvent>();
  events.subscribe((event) => seen.push(event));
  let journaled: (taken: Taken) => void = () => undefined;
  let refused: (error: Error) => void = () => undefined;
  const frame: Acknowledgeable = {
    appId: 'A1',
    kind: 'events_api',
    receivedAt: clock.now(),
    taken: new Promise((resolve, reject) => {
      journaled = resolve;
      refused = reject;
    }),
    byDefault: () => ({ text: 'default' }),
    supplier: undefined,
    refusal: undefined,
    send: (payload) => {
      sent.push(payload);
      return Promise.resolve('sent');
    },
    ...over,
  };
  const result = acknowledge(frame, { clock, events });
  return { clock, sent, seen, result, journaled, refused };
}

const full = new PluginError('journal_full', 'full');

describe('an acknowledgement', () => {
  test('The acknowledgement waits until the event is on the disk', async () => {
    const { sent, journaled, result, seen } = setUp();
    await settle();
    expect(sent).toEqual([]);
    journaled('journaled');
    expect(await result).toEqual({ t: 'sent', what: 'default' });
    expect(sent).toEqual([{ text: 'default' }]);
    expect(seen.map(({ t }) => t)).toEqual(['acknowledged']);
  });

  test('A redelivery is acknowledged too', async () => {
    const { sent, journaled, result } = setUp({ byDefault: () => undefined });
    journaled('duplicate');
    await result;
    expect(sent).toEqual([undefined]);
  });

  test('The acknowledgement of an event that was not taken is withheld', async () => {
    const { sent, refused, result, seen } = setUp();
    refused(full);
    expect(await result).toEqual({ t: 'withheld', reason: 'journal_full' });
    expect(sent).toEqual([]);
    expect(seen).toEqual([{ t: 'unacknowledged', appId: 'A1', kind: 'events_api', reason: 'journal_full' }]);
  });

  test('A person who typed a command is told that it was not taken', async () => {
    const { sent, refused, result } = setUp({ refusal: { text: 'try again' } });
    refused(full);
    expect(await result).toEqual({ t: 'sent', what: 'refusal' });
    expect(sent).toEqual([{ text: 'try again' }]);
  });

  test('The acknowledgement is withheld when Slack no longer waits', async () => {
    const { clock, sent, journaled, result } = setUp();
    await clock.advance(3000);
    journaled('journaled');
    expect(await result).toEqual({ t: 'withheld', reason: 'late' });
    expect(sent).toEqual([]);
  });

  test('The acknowledgement is counted as withheld when no socket is left', async () => {
    const { journaled, result } = setUp({ send: () => Promise.resolve('lost') });
    journaled('journaled');
    expect(await result).toEqual({ t: 'withheld', reason: 'no socket' });
  });

  test('The acknowledgement carries the answer of a workflow that is in time', async () => {
    let answer: (payload: JsonObject) => void = () => undefined;
    const { clock, sent, journaled, result } = setUp({
      supplier: () => new Promise((resolve) => (answer = resolve)),
    });
    journaled('journaled');
    await clock.advance(2000);
    expect(sent).toEqual([]);
    answer({ text: 'workflow' });
    expect(await result).toEqual({ t: 'sent', what: 'answer' });
    expect(sent).toEqual([{ text: 'workflow' }]);
    expect(clock.pendingTimers).toBe(0);
  });

  test('The acknowledgement carries the default when the workflow is late, has no answer or fails', async () => {
    let signal: AbortSignal | undefined;
    const late = setUp({
      supplier: (given) => {
        signal = given;
        return new Promise(() => undefined);
      },
    });
    late.journaled('journaled');
    await late.clock.advance(2500);
    expect(await late.result).toEqual({ t: 'sent', what: 'default' });
    expect(signal?.aborted).toBe(true);

    const nothing = setUp({ supplier: () => Promise.resolve(undefined) });
    nothing.journaled('journaled');
    expect(await nothing.result).toEqual({ t: 'sent', what: 'default' });

    const failing = setUp({ supplier: () => Promise.reject(new Error('no')) });
    failing.journaled('journaled');
    expect(await failing.result).toEqual({ t: 'sent', what: 'default' });
  });

  test('An event that was not taken is acknowledged without an answer, and its supplier is released', async () => {
    const { clock, sent, refused, result } = setUp({ supplier: () => new Promise(() => undefined) });
    refused(full);
    expect(await result).toMatchObject({ t: 'withheld' });
    expect(sent).toEqual([]);
    await settle();
    expect(clock.pendingTimers).toBe(0);
  });
});
