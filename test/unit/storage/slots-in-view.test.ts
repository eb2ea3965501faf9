import { expect, test } from 'vitest';
import { SlotsInView, type SeenSlot } from '../../../src/storage/postgres/slots-in-view.js';
import { HandClock } from '../../helpers/hand-clock.js';

const slot = (ticket: number, isLive = true, instance = 'other', appId = 'A1'): SeenSlot => ({
  ...{ appId, instance, ticket, isLive },
});

test('Sockets of other processes are counted by process, and those of the own process are left out', () => {
  const view = new SlotsInView(new HandClock(), 'own');
  view.replace([
    slot(1),
    slot(2, false),
    slot(1, true, 'third'),
    slot(1, true, 'own'),
    slot(3, true, 'other', 'A2'),
  ]);
  expect(view.of('A1')).toEqual({ live: new Map(Object.entries({ other: 1, third: 1 })), seen: 3 });
  expect(view.of('A2')).toEqual({ live: new Map(Object.entries({ other: 1 })), seen: 1 });
  expect(view.of('A3')).toEqual({ live: new Map(), seen: 0 });
});

test('A socket that is gone is remembered for ten seconds, because Slack may still count it', async () => {
  const clock = new HandClock();
  const view = new SlotsInView(clock, 'own');
  view.replace([slot(1)]);
  view.replace([slot(2)]);
  expect(view.of('A1').seen).toBe(2);
  await clock.advance(5_000);
  view.replace([]);
  expect(view.of('A1')).toEqual({ live: new Map(), seen: 2 });
  await clock.advance(6_000);
  expect(view.of('A1').seen).toBe(1);
  view.replace([]);
  await clock.advance(6_000);
  expect(view.of('A1').seen).toBe(0);
});

test('A look tells which apps have other sockets than before', () => {
  const view = new SlotsInView(new HandClock(), 'own');
  expect(view.replace([slot(1), slot(1, false, 'other', 'A2')])).toEqual(new Set(['A1', 'A2']));
  expect(view.replace([slot(1), slot(1, true, 'other', 'A2')])).toEqual(new Set(['A2']));
  expect(view.replace([slot(1, true, 'other', 'A2')])).toEqual(new Set(['A1']));
  expect(view.replace([slot(1, true, 'other', 'A2')])).toEqual(new Set());
});
