import { describe, expect, it } from 'vitest';
import type { EndedEvent } from '../../../src/delivery/delivery.js';
import { eventually } from '../../helpers/eventually.js';
import { rig, type Rig } from './rig.js';

/** What delivery tells of events that have ended. */
function watch({ delivery }: Rig): EndedEvent[] {
  const told: EndedEvent[] = [];
  delivery.ended.subscribe((event) => told.push(event));
  return told;
}

describe('The news of events that have ended', () => {
  it('An event that is delivered is told once with its path, when that is written', async () => {
    const r = await rig();
    const told = watch(r);
    r.server.answer = () => ({ t: 'delivered', eventId: 'evt_1', eventType: 'message', channel: 'C1' });
    await r.delivery.start();
    await r.take({ key: 'a' });
    await eventually(() => told.length === 1, 'the event is told');
    const [{ path, hasEarlier } = { path: undefined }] = told;
    expect(hasEarlier).toBe(false);
    expect(path).toMatchObject({
      ...{ key: 'a', appId: 'A1', connectionId: 'con_1', type: 'message', state: 'delivered' },
      ...{ eventId: 'evt_1', dispatched: 1, dispatches: [{ answer: 'delivered' }] },
    });
    expect((await r.delivery.paths('a'))[0]).toMatchObject({ state: 'delivered', eventId: 'evt_1' });
    expect(JSON.stringify(told)).not.toContain('body');
    expect(told).toHaveLength(1);
  });

  it('An event that failed before has its earlier dispatches in its whole path', async () => {
    const r = await rig();
    const told = watch(r);
    let tries = 0;
    r.server.answer = () =>
      ++tries === 1 ? { t: 'failed', reason: 'no' } : { t: 'delivered', eventId: 'evt_1' };
    await r.delivery.start();
    await r.take({ key: 'a'.repeat(500) });
    await eventually(() => told.length === 1, 'the event is told');
    expect(told[0]).toMatchObject({ hasEarlier: true });
    const whole = await told[0]!.whole();
    expect(whole.dispatches.map(({ answer }) => answer)).toEqual(['failed', 'delivered']);
    // It is found by a digest of its key, and told by the key itself.
    expect(whole).toMatchObject({
      key: 'a'.repeat(500),
      state: 'delivered',
      dispatched: 2,
      eventId: 'evt_1',
    });
  });

  it('An event that is given up is told as dead', async () => {
    const r = await rig();
    const told = watch(r);
    r.server.answer = () => ({ t: 'unreadable', reason: 'no' });
    await r.delivery.start();
    await r.take({ key: 'a' });
    await eventually(() => told.length === 1, 'the event is told');
    expect(told[0]!.path).toMatchObject({
      state: 'dead',
      dispatches: [{ answer: 'unreadable' }],
      eventId: undefined,
    });
    expect(await told[0]!.whole()).toMatchObject({ state: 'dead' });
  });

  it('The whole path is what is known without the journal when that does not answer', async () => {
    const r = await rig(undefined, {}, (journal) =>
      Object.assign(Object.create(journal) as typeof journal, {
        findPaths: () => Promise.reject(new Error('no journal')),
      }),
    );
    const told = watch(r);
    let tries = 0;
    r.server.answer = () =>
      ++tries === 1 ? { t: 'failed', reason: 'no' } : { t: 'delivered', eventId: 'evt_1' };
    await r.delivery.start();
    await r.take({ key: 'a' });
    await eventually(() => told.length === 1, 'the event is told');
    expect(await told[0]!.whole()).toMatchObject({
      state: 'delivered',
      dispatches: [{ answer: 'delivered' }],
    });
  });
});
