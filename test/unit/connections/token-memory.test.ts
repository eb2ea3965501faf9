import { describe, expect, it } from 'vitest';
import { MOST_TOKENS, TokenMemory, UNUSED_MS } from '../../../src/connections/token-memory.js';
import { Background } from '../../../src/core/lifecycle.js';
import { createLog } from '../../../src/core/log.js';
import type { TokenRetention } from '../../../src/storage/tokens.js';
import { HandClock } from '../../helpers/hand-clock.js';
import { TokensInMemory } from './tokens-in-memory.js';
import { ownerOf } from './entries.js';

const DAY = 86_400_000;
const BOT = 'xoxb-1-2-secret';
const APP = 'xapp-1-A1-1-secret';

/** A program's memory of tokens; `again` is the same after a restart. */
function start(store = new TokensInMemory(), clock = new HandClock()) {
  const logged: string[] = [];
  const background = new Background((name, error) => {
    throw new Error(name, { cause: error });
  });
  const memory = new TokenMemory({
    store,
    clock,
    background,
    log: createLog({ level: 'info', format: 'json' }, { write: (line) => void logged.push(line) }),
  });
  return { memory, store, clock, background, logged, again: () => start(store, clock) };
}

describe('TokenMemory', () => {
  it('The memory knows after a restart what Slack said, by a hash of the token', async () => {
    const { memory, store, background, again } = start();
    memory.rememberBot(BOT, ownerOf('A1'));
    memory.rememberAppLevel(APP, 'A1');
    await background.idle();
    expect(JSON.stringify([...store.records])).not.toContain('secret');
    const later = again();
    expect(later.memory.get(BOT)).toBeUndefined();
    await later.memory.recall([BOT, APP, 'xoxb-another']);
    expect(later.memory.get(BOT)).toMatchObject(ownerOf('A1'));
    expect(later.memory.get(APP)).toMatchObject({ appId: 'A1', teamId: '', botId: '' });
    expect(later.memory.get('xoxb-another')).toBeUndefined();
  });

  it('The memory of another installation has other hashes', async () => {
    const [one, other] = [start(), start()];
    for (const { memory, background } of [one, other]) {
      memory.rememberBot(BOT, ownerOf('A1'));
      await background.idle();
    }
    expect([...one.store.records.keys()]).not.toEqual([...other.store.records.keys()]);
  });

  it('The memory forgets a token that Slack refused, for the next start too', async () => {
    const { memory, background, again } = start();
    memory.rememberBot(BOT, ownerOf('A1'));
    memory.forget(BOT);
    expect(memory.get(BOT)).toBeUndefined();
    await background.idle();
    const later = again();
    await later.memory.recall([BOT]);
    expect(later.memory.get(BOT)).toBeUndefined();
  });

  it('The memory prefers what Slack says now to what it reads of earlier answers', async () => {
    const first = start();
    first.memory.rememberBot(BOT, ownerOf('A1'));
    await first.background.idle();
    const { memory } = first.again();
    const recalling = memory.recall([BOT]);
    memory.forget(BOT);
    await recalling;
    expect(memory.get(BOT)).toBeUndefined();
  });

  it('The memory keeps what connections hold for as long as they hold it, and 30 days longer', async () => {
    const { memory, store, clock, background } = start();
    memory.rememberBot(BOT, ownerOf('A1'));
    memory.rememberBot('xoxb-old', ownerOf('A1'));
    for (let day = 0; day < 29; day += 1) {
      await memory.retain(new Set([BOT]));
      await background.idle();
      await clock.advance(DAY);
    }
    expect(store.records.size).toBe(2);
    await clock.advance(2 * DAY);
    await memory.retain(new Set([BOT]));
    await background.idle();
    expect(store.records.size).toBe(1);
    await clock.advance(UNUSED_MS);
    await memory.retain(new Set());
    await background.idle();
    expect(store.records.size).toBe(1);
    await clock.advance(DAY);
    await memory.retain(new Set());
    await background.idle();
    expect(store.records.size).toBe(0);
  });

  it('The memory holds at most 100,000 records, and none that was unused for 30 days', async () => {
    const { memory, store, clock, background } = start();
    const asked: TokenRetention[] = [];
    const retain = store.retain.bind(store);
    store.retain = (retention) => {
      asked.push(retention);
      return retain(retention);
    };
    await memory.retain(new Set([BOT]));
    await background.idle();
    const now = clock.now();
    expect(asked).toMatchObject([{ now, unusedBefore: now - 30 * DAY, most: 100_000 }]);
    expect(MOST_TOKENS).toBe(100_000);
  });

  it('The memory writes nothing when Slack says the same again soon', async () => {
    const { memory, store, clock, background } = start();
    memory.rememberBot(BOT, ownerOf('A1'));
    await background.idle();
    const { asked } = store;
    await clock.advance(600_000);
    memory.rememberBot(BOT, ownerOf('A1'));
    await background.idle();
    expect(store.asked).toBe(asked);
    await clock.advance(DAY);
    memory.rememberBot(BOT, ownerOf('A1'));
    await background.idle();
    expect([...store.records.values()]).toMatchObject([{ saidAt: clock.now() }]);
  });

  it('The memory works without a database, logs that once, and remembers again when there is one', async () => {
    const { memory, store, logged, background, again } = start();
    store.failure = new Error('the disk is full');
    await memory.recall([BOT]);
    memory.rememberBot(BOT, ownerOf('A1'));
    await memory.retain(new Set([BOT]));
    await background.idle();
    expect(memory.get(BOT)).toMatchObject(ownerOf('A1'));
    expect(logged).toHaveLength(1);
    expect(logged[0]).toContain('the disk is full');
    store.failure = undefined;
    memory.rememberBot(BOT, ownerOf('A1', 'T2'));
    await background.idle();
    const later = again();
    await later.memory.recall([BOT]);
    expect(later.memory.get(BOT)).toMatchObject({ teamId: 'T2' });
  });
});
