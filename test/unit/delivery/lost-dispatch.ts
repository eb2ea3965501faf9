import { expect } from 'vitest';
import type { DispatchOutcome } from '../../../src/delivery/sink.js';
import type { JournalRow } from '../../../src/storage/rows.js';
import { HandClock } from '../../helpers/hand-clock.js';
import { rig, type Rig } from './rig.js';

export const SECOND = 1000;
export const delivered: DispatchOutcome = { t: 'delivered', eventId: 'evt' };
export const unanswered: DispatchOutcome = { t: 'unanswered', reason: 'ECONNRESET' };

export interface Lost extends Rig {
  readonly clock: HandClock;
}

/** The first dispatch of `lost` has no answer; the server has it if `stored`, and it started nothing if `unstarted`. */
export async function lost(is: { stored: boolean; unstarted?: boolean }): Promise<Lost> {
  const clock = new HandClock();
  const r = await rig(clock);
  let isLost = false;
  r.server.answer = ({ key }: JournalRow) => {
    if (key !== 'lost' || isLost) return { t: 'delivered', eventId: `evt_${key}` };
    isLost = true;
    if (is.stored) r.server.stored.add(key);
    if (is.unstarted === true) r.server.unstarted.add(key);
    return unanswered;
  };
  await r.delivery.start();
  void r.take({ key: 'lost' });
  await clock.advance(100);
  expect(isLost).toBe(true);
  return r as Lost;
}

/** Another event, in a conversation of its own. */
export async function other(r: Lost, key: string): Promise<void> {
  void r.take({ key, conversation: key });
  await r.clock.advance(100);
}

export const keys = (r: Rig): string[] => r.server.got;
