import { afterEach, describe, expect, it } from 'vitest';
import { PendingResponses } from '../../../src/pipeline/pending-responses.js';
import { Receiver, type ReceiverEvent, type ReceiverOptions } from '../../../src/pipeline/receiver.js';
import { Channel } from '../../../src/core/channel.js';
import { PluginError } from '../../../src/core/errors.js';
import type { JsonObject } from '../../../src/core/json.js';
import { createLog } from '../../../src/core/log.js';
import type { DeliveryEvent } from '../../../src/delivery/events.js';
import type { IntakeEvent, Taken } from '../../../src/delivery/intake.js';
import type { Installation } from '../../../src/events/installation.js';
import { parseFrame, type Envelope } from '../../../src/slack/envelope.js';
import { envelopeSource } from '../../helpers/envelope-source.js';
import { HandClock } from '../../helpers/hand-clock.js';
import { frameText, wrapEvent } from '../events/frames.js';
import { entryOf, ownerOf } from '../connections/entries.js';

let clock: HandClock;

afterEach(() => expect(clock.pendingTimers).toBe(0));

type Connections = ReceiverOptions['live'] & ReceiverOptions['registry'];

function start(more: Partial<Connections> = {}, take?: (event: IntakeEvent) => Promise<Taken>) {
  clock = new HandClock();
  const taken: IntakeEvent[] = [];
  const clicks: string[] = [];
  const acknowledged: (JsonObject | undefined)[] = [];
  const events: ReceiverEvent[] = [];
  const delivery: DeliveryEvent[] = [];
  const verified: Installation[] = [];
  const logged: string[] = [];
  const channel = new Channel<DeliveryEvent>();
  channel.subscribe((event) => delivery.push(event));
  const connections: Connections = {
    connectionsOf: () => ['con_1', 'con_2'],
    get: () => undefined,
    identified: () => undefined,
    verifyTokens: (installation) => void verified.push(installation),
    ...more,
  };
  const receiver = new Receiver({
    live: connections,
    registry: connections,
    intake: {
      take(event) {
        taken.push(event);
        return take?.(event) ?? Promise.resolve('journaled');
      },
    },
    updater: { begin: ({ key }) => void clicks.push(key) },
    responses: new PendingResponses(),
    delivery: channel,
    clock,
    log: createLog({ level: 'info', format: 'json' }, { write: (line) => void logged.push(line) }),
  });
  receiver.events.subscribe((event) => events.push(event));
  const send = (payload: JsonObject | undefined) => {
    acknowledged.push(payload);
    return 'sent' as const;
  };
  const envelopeOf = (text: string): Envelope => {
    const frame = parseFrame(text, envelopeSource('A07SYNTH01', send, clock));
    if (frame.t !== 'envelope') throw new Error('not a frame that holds an event');
    return frame.envelope;
  };
  const receive = async (text: string): Promise<void> => {
    receiver.receive(envelopeOf(text));
    await receiver.idle();
  };
  return { receiver, envelopeOf, receive, taken, clicks, acknowledged, events, delivery, verified, logged };
}

describe('Receiver', () => {
  it('The receiver journals an event for the connections of its installation and then acknowledges it', async () => {
    const order: string[] = [];
    const { receive, taken, acknowledged, events } = start({}, () => {
      order.push('journaled');
      return Promise.resolve('journaled');
    });
    const text = frameText('message.channels.json');
    await receive(text);
    expect(taken[0]).toMatchObject({ connectionIds: ['con_1', 'con_2'], body: text, urgent: false });
    expect(acknowledged).toEqual([undefined]);
    expect(events).toMatchObject([{ t: 'routed', eventType: 'message', connections: 2 }]);
    expect(order).toEqual(['journaled']);
  });

  it('The receiver does not acknowledge an event that cannot be journaled, but tells the person who typed a command', async () => {
    const full = new PluginError('journal_full', 'no room');
    const { receive, acknowledged, delivery, logged } = start({}, () => Promise.reject(full));
    await receive(frameText('message.channels.json'));
    await receive(frameText('interactive.shortcut.json'));
    expect(acknowledged).toEqual([]);
    await receive(frameText('slash_command.json'));
    expect(JSON.stringify(acknowledged)).toContain('could not be processed. Please try again');
    expect(delivery.map(({ t }) => t)).toEqual(['unacknowledged', 'unacknowledged', 'acknowledged']);
    expect(logged.join('')).toContain('journal_full');
  });

  it('The receiver acknowledges an event without connections, and says so to the person who typed a command', async () => {
    const { receive, taken, acknowledged, events } = start({ connectionsOf: () => [] });
    await receive(frameText('message.channels.json'));
    await receive(frameText('slash_command.json'));
    expect(taken).toEqual([]);
    expect(acknowledged[0]).toBeUndefined();
    expect(JSON.stringify(acknowledged[1])).toContain('No active AutoKitteh deployment');
    expect(events.map(({ t }) => t)).toEqual(['unclaimed', 'unclaimed']);
  });

  it('The receiver waits until the owner of a connection is known, and otherwise leaves the event to Slack', async () => {
    let ids: string[] = [];
    let say: (isKnown: boolean) => void = () => undefined;
    const { receiver, envelopeOf, receive, taken, acknowledged, events } = start({
      connectionsOf: () => ids,
      identified: () => new Promise((resolve) => (say = resolve)),
    });
    receiver.receive(envelopeOf(frameText('message.channels.json')));
    ids = ['con_1'];
    say(true);
    await receiver.idle();
    expect(taken).toHaveLength(1);
    ids = [];
    for (const file of ['message.channels.json', 'slash_command.json']) {
      const receiving = receive(frameText(file));
      say(false);
      await receiving;
    }
    expect(taken).toHaveLength(1);
    expect(events.map(({ t }) => t)).toEqual(['routed', 'undecided', 'undecided']);
    expect(acknowledged).toHaveLength(2);
    expect(JSON.stringify(acknowledged[1])).toContain('could not be processed');
  });

  it.each([
    ['malformed', wrapEvent({ type: '' })],
    ['unroutable', wrapEvent({ type: 'message' }, { team_id: '', authorizations: [] })],
  ])('The receiver acknowledges and counts an event that is for no connection: %s', async (why, text) => {
    const { receive, taken, acknowledged, events } = start();
    await receive(text);
    expect(events).toMatchObject([{ t: 'dropped', why }]);
    expect(acknowledged).toEqual([undefined]);
    expect(taken).toEqual([]);
  });

  it('The receiver begins to update a clicked message once its click is journaled, and not for a repetition or for one that is not taken', async () => {
    const outcomes = [
      () => Promise.resolve('journaled' as const),
      () => Promise.resolve('duplicate' as const),
    ];
    const { receive, clicks } = start({}, () =>
      (outcomes.shift() ?? (() => Promise.reject(new PluginError('journal_full', 'no room'))))(),
    );
    for (let number = 0; number < 3; number += 1)
      await receive(frameText('interactive.block_actions.message.json'));
    expect(clicks).toHaveLength(1);
  });

  it('The receiver updates a clicked message unless the variables of all its connections say no', async () => {
    const off = new Set(['con_1']);
    const { receive, clicks } = start({
      get: (id) => ({
        ...entryOf(id, { t: 'new' }),
        variables: new Map(off.has(id) ? [['socket_mode_button_update', 'off']] : []),
      }),
    });
    await receive(frameText('interactive.block_actions.message.json'));
    expect(clicks).toHaveLength(1);
    off.add('con_2');
    await receive(frameText('interactive.block_actions.message.json'));
    await receive(frameText('message.channels.json'));
    expect(clicks).toHaveLength(1);
  });

  it('The receiver leaves out connections whose own bot did it, and counts an event that is left for none', async () => {
    const own = new Set(['con_1']);
    const { receive, taken, acknowledged, events } = start({
      get: (id) => ({
        ...entryOf(id, { t: 'new' }),
        identity: {
          t: 'known',
          owner: { ...ownerOf(own.has(id) ? 'A07SYNTH01' : 'A07OTHER01'), botId: 'B07SYNTH99' },
          isConfirmed: true,
        },
      }),
    });
    await receive(frameText('message.own_bot_echo.json'));
    own.add('con_2');
    await receive(frameText('message.own_bot_echo.json'));
    expect(taken.map(({ connectionIds }) => connectionIds)).toEqual([['con_2']]);
    expect(events).toMatchObject([
      { t: 'routed', connections: 1 },
      { t: 'dropped', why: 'self' },
    ]);
    expect(acknowledged).toEqual([undefined, undefined]);
  });

  it.each(['app_uninstalled.json', 'tokens_revoked.json'])(
    'The receiver verifies the tokens after %s, and also tells the connections that just lost theirs',
    async (file) => {
      const asked: boolean[] = [];
      const { receive, verified, taken } = start({
        connectionsOf: (_, includeEnded) => {
          asked.push(includeEnded === true);
          return ['con_1'];
        },
      });
      await receive(frameText(file));
      await receive(frameText('message.channels.json'));
      expect(asked).toEqual([true, false]);
      expect(verified).toHaveLength(1);
      expect(taken).toHaveLength(2);
    },
  );

  it('The receiver continues after an internal error in one frame, and does not acknowledge that frame', async () => {
    let calls = 0;
    const { receive, taken, acknowledged, logged } = start({
      connectionsOf() {
        if (++calls === 1) throw new TypeError('a fault nobody expected');
        return ['con_1'];
      },
    });
    await receive(frameText('message.channels.json'));
    await receive(frameText('slash_command.json'));
    expect(taken).toHaveLength(1);
    expect(acknowledged).toHaveLength(1);
    expect(logged.join('')).toContain('a fault nobody expected');
  });
});
