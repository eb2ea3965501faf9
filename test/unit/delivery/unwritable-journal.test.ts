import { describe, expect, test } from 'vitest';
import { PluginError } from '../../../src/core/errors.js';
import type { Journal } from '../../../src/storage/journal.js';
import { eventually } from '../../helpers/eventually.js';
import { rig } from './rig.js';

/** A journal that cannot be written while the test says so. */
function fragileJournal() {
  const state = { code: undefined as 'journal_full' | 'journal_unavailable' | undefined };
  const check = (): void => {
    const message =
      state.code === 'journal_full' ? 'The disk of the journal is full' : 'The journal cannot be reached';
    if (state.code !== undefined) throw new PluginError(state.code, message);
  };
  const wrap = (journal: Journal): Journal => ({
    ...journal,
    async append(rows) {
      check();
      return journal.append(rows);
    },
    async claim(owner, now, wants) {
      check();
      return journal.claim(owner, now, wants);
    },
    async settle(owner, now, settlements) {
      check();
      return journal.settle(owner, now, settlements);
    },
    async probe(now) {
      check();
      return journal.probe(now);
    },
    async prune(request) {
      check();
      return journal.prune(request);
    },
  });
  return { state, wrap };
}

describe('a journal that cannot be written', () => {
  test('A journal that cannot be written is reported once, and events are refused until it can be written', async () => {
    const fragile = fragileJournal();
    const r = await rig(undefined, {}, fragile.wrap);
    await r.delivery.start();
    await r.take({ key: 'before' });
    fragile.state.code = 'journal_full';
    await expect(r.take({ key: 'a' })).rejects.toMatchObject({ code: 'journal_full' });
    await expect(r.take({ key: 'b' })).rejects.toMatchObject({ code: 'journal_full' });
    expect((await r.delivery.stats()).journalFailing).toContain('disk of the journal is full');
    fragile.state.code = undefined;
    await eventually(() => r.tags().includes('journal_writable'), 'a probe went through');
    expect(await r.take({ key: 'a' })).toBe('journaled');
    await eventually(() => r.server.got.length === 2, 'dispatched');
    expect(r.tags().filter((t) => t === 'journal_failing')).toHaveLength(1);
    expect((await r.delivery.stats()).journalFailing).toBeUndefined();
  });

  test('A journal that goes on failing for another reason says that too, and neither reason twice', async () => {
    const fragile = fragileJournal();
    const r = await rig(undefined, {}, fragile.wrap);
    await r.delivery.start();
    for (const code of [
      'journal_unavailable',
      'journal_full',
      'journal_unavailable',
      'journal_full',
    ] as const) {
      fragile.state.code = code;
      await expect(r.take({ key: code })).rejects.toMatchObject({ code });
    }
    expect(r.tags().filter((t) => t === 'journal_failing')).toHaveLength(2);
    fragile.state.code = undefined;
    await eventually(() => r.tags().includes('journal_writable'), 'a probe went through');
    fragile.state.code = 'journal_full';
    await expect(r.take({ key: 'later' })).rejects.toMatchObject({ code: 'journal_full' });
    expect(r.tags().filter((t) => t === 'journal_failing')).toHaveLength(3);
  });

  test('No outcome is lost while the journal cannot be written: it is written afterwards, and its event is sent once', async () => {
    const fragile = fragileJournal();
    const r = await rig(undefined, {}, fragile.wrap);
    r.server.answer = () => {
      fragile.state.code = 'journal_full';
      return { t: 'delivered', eventId: '' };
    };
    await r.take({ key: 'a' });
    await r.take({ key: 'b' });
    await r.delivery.start();
    await eventually(() => r.tags().includes('journal_failing'), 'the settlement failed');
    const start = r.clock.now();
    await eventually(() => r.clock.now() - start > 30_000, 'half a minute');
    expect(r.server.got).toEqual(['a']);
    r.server.answer = () => ({ t: 'delivered', eventId: '' });
    fragile.state.code = undefined;
    await eventually(() => r.server.got.length === 2, 'the next one dispatched');
    await eventually(async () => (await r.delivery.stats()).waiting === 0, 'nothing waits');
    expect(r.server.got).toEqual(['a', 'b']);
  });
});
