import { afterEach, describe, expect, test } from 'vitest';
import { PendingResponses } from '../../../src/pipeline/pending-responses.js';
import { Receiver } from '../../../src/pipeline/receiver.js';
import { Channel } from '../../../src/core/channel.js';
import { PluginError } from '../../../src/core/errors.js';
import type { JsonObject } from '../../../src/core/json.js';
import { createLog } from '../../../src/core/log.js';
import type { DeliveryEvent } from '../../../src/delivery/events.js';
import type { Taken } from '../../../src/delivery/intake.js';
import { classify } from '../../../src/events/classify.js';
import { parseFrame, type Acknowledged, type Envelope } from '../../../src/slack/envelope.js';
import { envelopeSource } from '../../helpers/envelope-source.js';
import { HandClock, settle } from '../../helpers/hand-clock.js';
import { frameText } from '../events/frames.js';
import { entryOf } from '../connections/entries.js';

let clock: HandClock;

afterEach(() => expect(clock.pendingTimers).toBe(0));

const EVENT = 'message.channels.json';
const COMMAND = 'slash_command.json';
const FULL = new PluginError('journal_full', 'full');

/** A receiver with one envelope, which is on its way into the journal. */
function setUp({ file = EVENT, answers = '', isLost = false } = {}) {
  clock = new HandClock();
  const sent: (JsonObject | undefined)[] = [];
  const seen: DeliveryEvent[] = [];
  const logged: string[] = [];
  const delivery = new Channel<DeliveryEvent>();
  delivery.subscribe((event) => seen.push(event));
  const responses = new PendingResponses();
  let journaled: (taken: Taken) => void = () => undefined;
  let refused: (error: Error) => void = () => undefined;
  const taken = new Promise<Taken>((resolve, reject) => {
    journaled = resolve;
    refused = reject;
  });
  const receiver = new Receiver({
    registry: {
      connectionsOf: () => ['con_1'],
      get: (id) => ({
        ...entryOf(id, { t: 'new' }),
        variables: new Map([['socket_mode_answers', answers]]),
      }),
    },
    live: { identified: () => undefined, verifyTokens: () => undefined },
    intake: { take: () => taken },
    updater: { begin: () => undefined },
    log: createLog({ level: 'info', format: 'json' }, { write: (line) => void logged.push(line) }),
    ...{ delivery, responses, clock },
  });
  const envelope = envelopeOf(file, (payload) => {
    if (!isLost) sent.push(payload);
    return isLost ? 'lost' : 'sent';
  });
  receiver.receive(envelope);
  /** Posts the workflow's answer. */
  const answer = (payload: JsonObject): void => {
    const classified = classify(envelope);
    if (classified.drop !== undefined) throw new Error('the frame holds no event');
    expect(responses.post(responses.token(envelope.appId, classified.key), payload)).toEqual({
      t: 'accepted',
    });
  };
  return { sent, seen, logged, responses, journaled, refused, answer, idle: () => receiver.idle() };
}

function envelopeOf(file: string, send: (payload: JsonObject | undefined) => Acknowledged): Envelope {
  const frame = parseFrame(frameText(file), envelopeSource('A07SYNTH01', send, clock));
  if (frame.t !== 'envelope') throw new Error('not a frame that holds an event');
  return frame.envelope;
}

describe('an acknowledgement', () => {
  test('The acknowledgement waits until the event is on the disk', async () => {
    const { sent, journaled, idle, seen } = setUp();
    await settle();
    expect(sent).toEqual([]);
    journaled('journaled');
    await idle();
    expect(sent).toEqual([undefined]);
    expect(seen.map(({ t }) => t)).toEqual(['acknowledged']);
  });

  test('A redelivery is acknowledged too', async () => {
    const { sent, journaled, idle } = setUp();
    journaled('duplicate');
    await idle();
    expect(sent).toEqual([undefined]);
  });

  test('The acknowledgement of an event that was not taken is withheld', async () => {
    const { sent, refused, idle, seen, logged } = setUp();
    refused(FULL);
    await idle();
    expect(sent).toEqual([]);
    expect(seen).toEqual([
      {
        ...{ t: 'unacknowledged', appId: 'A07SYNTH01', kind: 'events_api' },
        ...{ key: expect.any(String) as string, reason: 'journal_full' },
      },
    ]);
    expect(logged.join('')).toContain('journal_full');
  });

  test('A person who typed a command is told that it was not taken', async () => {
    const { sent, refused, idle, seen } = setUp({ file: COMMAND });
    refused(FULL);
    await idle();
    expect(sent).toMatchObject([
      { text: expect.stringContaining('could not be processed. Please try again') as string },
    ]);
    expect(seen.map(({ t }) => t)).toEqual(['acknowledged']);
  });

  test.each([EVENT, COMMAND])(
    'The acknowledgement of %s is withheld when Slack no longer waits',
    async (file) => {
      const { sent, journaled, idle, seen } = setUp({ file });
      await clock.advance(3000);
      journaled('journaled');
      await idle();
      expect(sent).toEqual([]);
      expect(seen).toMatchObject([{ t: 'unacknowledged', reason: 'late' }]);
    },
  );

  test('The acknowledgement is counted as withheld when no socket is left', async () => {
    const { journaled, idle, seen } = setUp({ isLost: true });
    journaled('journaled');
    await idle();
    expect(seen).toMatchObject([{ t: 'unacknowledged', reason: 'no socket' }]);
  });

  test('The acknowledgement carries the answer of a workflow that is in time', async () => {
    const { sent, journaled, answer, idle } = setUp({ file: COMMAND, answers: 'slash_command' });
    journaled('journaled');
    await clock.advance(2000);
    expect(sent).toEqual([]);
    answer({ text: 'workflow' });
    await idle();
    expect(sent).toEqual([{ text: 'workflow' }]);
  });

  test('The acknowledgement carries the default when the workflow is late, or when answers are given up', async () => {
    const late = setUp({ file: COMMAND, answers: 'slash_command' });
    late.journaled('journaled');
    await clock.advance(2399);
    expect(late.sent).toEqual([]);
    await clock.advance(1);
    await late.idle();
    const byDefault = setUp({ file: COMMAND });
    byDefault.journaled('journaled');
    await byDefault.idle();
    expect(late.sent).toEqual(byDefault.sent);
    expect(late.responses.size).toBe(0);

    const closed = setUp({ file: COMMAND, answers: 'slash_command' });
    closed.journaled('journaled');
    await settle();
    closed.responses.close();
    await closed.idle();
    expect(closed.sent).toEqual(byDefault.sent);
  });

  test('An event that was not taken is acknowledged without the answer of a workflow, which nobody waits for any more', async () => {
    const { sent, refused, responses, idle } = setUp({ file: COMMAND, answers: 'slash_command' });
    await settle();
    expect(responses.size).toBe(1);
    refused(FULL);
    await idle();
    expect(sent).toMatchObject([{ text: expect.stringContaining('could not be processed') as string }]);
    expect(responses.size).toBe(0);
  });
});
