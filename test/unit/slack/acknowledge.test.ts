import { afterEach, expect, it } from 'vitest';

import { PoolRig } from './pool-rig.js';

let rig: PoolRig;
afterEach(() => rig.stop());

it('An envelope is acknowledged on the socket that brought it, with a payload if one is given', async () => {
  rig = await PoolRig.live();
  rig.transports.at(1).envelope('e1');
  await expect(rig.envelopes[0]!.acknowledge({ text: 'hi' })).resolves.toBe('sent');
  expect(rig.transports.at(1).sent).toEqual(['{"envelope_id":"e1","payload":{"text":"hi"}}']);
  expect(rig.envelopes[0]).toMatchObject({ appId: 'A1', socketId: 's2', kind: 'events_api' });
  expect(rig.events).toContainEqual({ t: 'acknowledged', appId: 'A1', how: 'sent', afterMs: 0 });
});

it('An envelope is acknowledged on another socket when its own is gone', async () => {
  rig = await PoolRig.live();
  rig.transports.at(0).envelope('e1');
  rig.transports.at(0).end(1006);
  await expect(rig.envelopes[0]!.acknowledge()).resolves.toBe('sent_elsewhere');
  expect(rig.transports.at(1).sent).toEqual(['{"envelope_id":"e1"}']);
});

it('An acknowledgement waits for a new socket while Slack waits, when there is none', async () => {
  rig = await PoolRig.live();
  rig.transports.at(0).envelope('e1');
  rig.transports.onOpened = () => undefined;
  for (const transport of rig.transports.all) transport.end(1006);
  const acknowledged = rig.envelopes[0]!.acknowledge();
  await rig.advance(1_000);
  const fresh = rig.transports.at(-1);
  fresh.greet('A1', 1);
  await expect(acknowledged).resolves.toBe('sent_elsewhere');
  expect(fresh.sent).toEqual(['{"envelope_id":"e1"}']);
});

it('An acknowledgement is lost when no socket comes in time', async () => {
  rig = await PoolRig.live();
  rig.transports.at(0).envelope('e1');
  rig.transports.onOpened = () => undefined;
  for (const transport of rig.transports.all) transport.end(1006);
  const acknowledged = rig.envelopes[0]!.acknowledge();
  await rig.advance(3_000);
  await expect(acknowledged).resolves.toBe('lost');
});

it('What the sockets of a removed app brought last is acknowledged on those of the app that is wanted again', async () => {
  rig = await PoolRig.live();
  const next = await PoolRig.live();
  rig.successor = next;
  rig.transports.at(0).envelope('never acknowledged');
  const stopped = rig.pool.stop();
  await rig.advance(2_500);
  rig.transports.alive[0]?.envelope('e1');
  await rig.advance(1_000);
  await stopped;
  await expect(rig.envelopes.at(-1)?.acknowledge()).resolves.toBe('sent_elsewhere');
  expect(next.transports.all.flatMap(({ sent }) => sent)).toEqual(['{"envelope_id":"e1"}']);
  await next.stop();
});

it('An acknowledgement does not rely on a silent socket', async () => {
  rig = await PoolRig.live();
  rig.transports.onOpened = () => undefined;
  rig.transports.at(0).answers = false;
  await rig.advance(2_000);
  rig.transports.at(0).envelope('e1');
  while (rig.statesOf('s1').at(-1) !== 'suspect') await rig.advance(100);
  await expect(rig.envelopes[0]!.acknowledge()).resolves.toBe('sent_elsewhere');
  expect(rig.transports.at(1).sent).toEqual(['{"envelope_id":"e1"}']);
});

it('The acknowledgements that a broken socket sent last are sent again on another socket', async () => {
  rig = await PoolRig.live();
  rig.transports.at(0).envelope('old');
  await rig.envelopes[0]!.acknowledge();
  await rig.advance(3_500);
  rig.transports.at(0).envelope('new');
  await rig.envelopes[1]!.acknowledge();
  rig.transports.at(0).end(1006);
  expect(rig.transports.at(1).sent).toEqual(['{"envelope_id":"new"}']);
});

it('The acknowledgements that the last socket sent before it broke are sent again on the next one, while Slack waits', async () => {
  rig = await PoolRig.live();
  rig.transports.at(0).envelope('old');
  await rig.envelopes[0]!.acknowledge();
  await rig.advance(2_500);
  rig.transports.at(1).envelope('new');
  await rig.envelopes[1]!.acknowledge();
  rig.transports.onOpened = () => undefined;
  for (const transport of rig.transports.all) transport.end(1006);
  await rig.advance(1_000);
  const fresh = rig.transports.at(-1);
  fresh.greet('A1', 1);
  expect(fresh.sent).toEqual(['{"envelope_id":"new"}']);
});

it('A socket on which acknowledgements vanish is replaced: Slack sends again what was acknowledged', async () => {
  rig = await PoolRig.live();
  rig.onEnvelope = (envelope) => void envelope.acknowledge();
  const event = (n: number) => ({ payload: { event_id: `Ev${n}`, event: { type: 'message' } } });
  rig.transports.at(0).envelope('e1', event(1));
  rig.transports.at(1).envelope('e2', event(2));
  rig.transports.at(0).envelope('e3', event(3));
  await rig.advance(4_000);
  rig.transports.at(1).envelope('e1again', { ...event(1), retry_attempt: 1, retry_reason: 'timeout' });
  await rig.advance(0);
  // One may be a slip of Slack's.
  expect(rig.transports.opened).toBe(2);
  rig.transports.at(1).envelope('e3again', { ...event(3), retry_attempt: 1, retry_reason: 'timeout' });
  await rig.advance(0);
  expect(rig.transports.opened).toBe(3);
  expect(rig.transports.at(0).ended).toBe(true);
  expect(rig.transports.at(1).ended).toBe(false);
});

it('The program continues when the receiver throws', async () => {
  rig = await PoolRig.live();
  rig.onEnvelope = () => {
    throw new Error('no room');
  };
  rig.transports.at(0).envelope('e1');
  expect(rig.events).toContainEqual({ t: 'receiver_failed', appId: 'A1', message: 'no room' });
  expect(rig.pool.status.sockets).toBe(2);
});

it('Frames that are not understood are counted', async () => {
  rig = await PoolRig.live();
  rig.transports.at(0).text('{');
  rig.transports.at(0).json({ type: 'goodbye' });
  rig.transports.at(0).json({ type: 'interactive', envelope_id: 'e1' });
  const dropped = rig.events.flatMap((event) => (event.t === 'frame_dropped' ? [event.why] : []));
  expect(dropped).toEqual(['not_json', 'unknown', 'no_payload']);
  expect(rig.pool.status.sockets).toBe(2);
});

it('A stop takes and acknowledges the envelopes that Slack sent before the goodbye', async () => {
  rig = await PoolRig.live();
  rig.onEnvelope = (envelope) => void envelope.acknowledge();
  const [open, closing] = [rig.transports.at(0), rig.transports.at(1)];
  closing.polite = false;
  const stopping = rig.pool.stop();
  await rig.advance(0);
  expect(closing.closing).toBe(true);
  // Our goodbye crosses this on its way.
  closing.envelope('crossed');
  await rig.advance(0);
  closing.end();
  await rig.advance(1);
  expect(open.sent).toEqual(['{"envelope_id":"crossed"}']);
  await stopping;
  expect(rig.transports.alive).toHaveLength(0);
});

it('A stop waits for the acknowledgement of an envelope that crossed the goodbye', async () => {
  rig = await PoolRig.live();
  const [open, closing] = [rig.transports.at(0), rig.transports.at(1)];
  closing.polite = false;
  let isStopped = false;
  const stopping = rig.pool.stop().then(() => (isStopped = true));
  await rig.advance(0);
  closing.envelope('crossed');
  closing.end();
  await rig.advance(1_000);
  expect(isStopped).toBe(false);
  await expect(rig.envelopes[0]!.acknowledge()).resolves.toBe('sent_elsewhere');
  expect(open.sent).toEqual(['{"envelope_id":"crossed"}']);
  await rig.advance(1);
  await stopping;
});

it('A stop says goodbye on the last socket only after envelopes on their way have arrived', async () => {
  rig = await PoolRig.live();
  rig.onEnvelope = (envelope) => void envelope.acknowledge();
  const last = rig.transports.at(0);
  last.answers = false;
  const stopping = rig.pool.stop();
  await rig.advance(1);
  expect(rig.transports.alive).toEqual([last]);
  // Slack sent this before it read our ping, so it comes before the pong.
  last.envelope('on its way');
  last.life();
  await rig.advance(1);
  expect(last.sent).toEqual(['{"envelope_id":"on its way"}']);
  await stopping;
});

it('An envelope that cannot be acknowledged any more is not passed on, and is counted', async () => {
  rig = await PoolRig.live();
  for (const transport of rig.transports.all) transport.polite = false;
  const stopping = rig.pool.stop();
  await rig.advance(4_000);
  rig.transports.at(0).envelope('too late');
  expect(rig.envelopes).toEqual([]);
  expect(rig.events).toContainEqual({
    t: 'frame_dropped',
    appId: 'A1',
    socketId: 's1',
    why: 'stopping',
  });
  for (const transport of rig.transports.all) transport.end();
  await stopping;
});
