import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import type { Status } from '../../../src/autokitteh/status.js';
import { StatusPublisher } from '../../../src/connections/status-publisher.js';
import { Background } from '../../../src/core/lifecycle.js';
import { PluginError } from '../../../src/core/errors.js';
import { HandClock, settle } from '../../helpers/hand-clock.js';

const OK: Status = { code: 'ok', message: '2 sockets live' };
const WARNING: Status = { code: 'warning', message: 'renewing' };
const ERROR: Status = { code: 'error', message: 'revoked' };
const BUILT_IN: Status = { code: 'ok', message: 'Using Socket Mode' };

const RETRY = { firstMs: 1_000, factor: 2, maxMs: 8_000 };

function publisher(refuse = false) {
  const clock = new HandClock();
  const pushed: Status[] = [];
  const refreshed: string[] = [];
  const logged: string[] = [];
  const ended: string[] = [];
  const server = { refuses: refuse, refused: new Set<string>(), held: Promise.resolve(), tried: 0 };
  const made = new StatusPublisher({
    push: async (id, status) => {
      server.tried += 1;
      await server.held;
      if (server.refused.has(id)) throw new PluginError('server_refused', 'no such connection');
      if (server.refuses) throw new Error('down');
      pushed.push(status);
    },
    background: new Background(() => undefined),
    refresh: (id) => {
      refreshed.push(id);
      return server.refuses ? Promise.reject(new Error('down')) : Promise.resolve(BUILT_IN);
    },
    settleMs: 1_000,
    ended: (id) => void ended.push(id),
    retry: RETRY,
    random: () => 0.5,
    clock,
    log: pino({ level: 'info' }, { write: (line: string) => void logged.push(line) }),
  });
  return { clock, logged, ended, pushed, refreshed, server, made };
}

describe('StatusPublisher', () => {
  it('Good news is published at once, and only once', async () => {
    const { made, pushed } = publisher();
    made.listed('con', BUILT_IN);
    made.update('con', OK);
    await settle();
    made.update('con', OK);
    made.listed('con', OK);
    made.update('con', OK);
    await settle();
    expect(pushed).toEqual([OK]);
  });

  it('The publisher says when a status that it did not bring to the server is due', async () => {
    const { made, pushed, ended, clock, server } = publisher();
    expect(made.update('con', OK)).toBeUndefined();
    expect(made.listed('con', OK)).toBe(true);
    expect(made.listed('con', OK)).toBe(false);
    expect(made.update('con', WARNING)).toBe(1_000);
    await clock.advance(400);
    expect(made.update('con', WARNING)).toBe(600);
    await clock.advance(600);
    server.refuses = true;
    expect(made.update('con', WARNING)).toBe(Infinity);
    expect(made.update('con', OK)).toBe(Infinity);
    await settle();
    expect(ended).toEqual(['con']);
    const wait = made.update('con', WARNING) ?? 0;
    expect(wait).toBeGreaterThan(0);
    server.refuses = false;
    await clock.advance(wait);
    expect(made.update('con', WARNING)).toBe(Infinity);
    await settle();
    expect(made.update('con', WARNING)).toBeUndefined();
    expect(pushed).toEqual([WARNING]);
  });

  it('The publisher brings the statuses of many connections to the server a few at a time', async () => {
    const { made, pushed, ended, server } = publisher();
    const ids = Array.from({ length: 100 }, (_, n) => `con${n}`);
    for (const id of ids) made.listed(id, BUILT_IN);
    let arrive = (): void => undefined;
    server.held = new Promise((resolve) => (arrive = resolve));
    for (const id of ids) made.update(id, OK);
    await settle();
    expect(server.tried).toBe(8);
    arrive();
    for (let round = 0; round < 100 && pushed.length < ids.length; round++) {
      await settle();
      for (const id of ended.splice(0)) made.update(id, OK);
    }
    expect(pushed).toHaveLength(100);
  });

  it('No connection waits for one that needs no other status any more', async () => {
    const { made, pushed, ended, server } = publisher();
    const ids = Array.from({ length: 100 }, (_, n) => `con${n}`);
    for (const id of ids) made.listed(id, BUILT_IN);
    let arrive = (): void => undefined;
    server.held = new Promise((resolve) => (arrive = resolve));
    for (const id of ids) made.update(id, OK);
    arrive();
    const pushedOrLast = new Set([...ids.slice(0, 8), 'con99']);
    for (let round = 0; round < 100 && pushed.length < 9; round++) {
      await settle();
      for (const id of ended.splice(0)) made.update(id, pushedOrLast.has(id) ? OK : BUILT_IN);
    }
    expect(pushed).toHaveLength(9);
  });

  it('A problem that passes before the settling time is not published', async () => {
    const { made, pushed, clock } = publisher();
    made.listed('con', OK);
    made.update('con', WARNING);
    await clock.advance(900);
    made.update('con', WARNING);
    made.update('con', OK);
    await clock.advance(200);
    made.update('con', WARNING);
    await settle();
    expect(pushed).toEqual([]);
    await clock.advance(1_000);
    made.update('con', WARNING);
    await settle();
    expect(pushed).toEqual([WARNING]);
  });

  it('One problem after another is published when each has lasted', async () => {
    const { made, pushed, clock } = publisher();
    made.listed('con', OK);
    for (const status of [WARNING, ERROR]) {
      made.update('con', status);
      await clock.advance(1_000);
      made.update('con', status);
      await settle();
    }
    expect(pushed).toEqual([WARNING, ERROR]);
  });

  it("A known problem is published again at once over the server's own status", async () => {
    const { made, pushed, clock } = publisher();
    made.listed('con', OK);
    made.update('con', ERROR);
    await clock.advance(1_000);
    made.update('con', ERROR);
    await settle();
    expect(made.overwritten('con', BUILT_IN)).toBe(true);
    made.listed('con', BUILT_IN);
    made.update('con', ERROR);
    await settle();
    expect(pushed).toEqual([ERROR, ERROR]);
  });

  it('The publisher tries again after the server refused', async () => {
    const { made, pushed } = publisher(true);
    made.listed('con', BUILT_IN);
    made.update('con', OK);
    await settle();
    made.update('con', OK);
    await settle();
    expect(pushed).toEqual([]);
    expect(made.overwritten('con', BUILT_IN)).toBe(false);
  });

  it('The publisher has one backoff and one line in the log for all connections while the server is away', async () => {
    const { clock, logged, made, pushed, server } = publisher(true);
    const ids = ['a', 'b', 'c'];
    for (const id of ids) made.listed(id, BUILT_IN);
    // Looked at four times a second, for a minute.
    for (let look = 0; look < 240; look++) {
      for (const id of ids) made.update(id, OK);
      await clock.advance(250);
    }
    expect(server.tried).toBeLessThan(20);
    expect(logged).toHaveLength(1);
    expect(logged[0]).toMatch(/"level":"warn".*does not accept the statuses.*|"reason":"down"/);
    server.refuses = false;
    for (let look = 0; look < 36; look++) {
      for (const id of ids) made.update(id, OK);
      await clock.advance(250);
    }
    expect(pushed).toHaveLength(3);
    expect(logged).toHaveLength(2);
    expect(logged[1]).toMatch(/accepts the statuses of connections again/);
  });

  it('The publisher tries what the server refuses for one connection again now and then, and holds up no other', async () => {
    const { clock, logged, made, pushed, server } = publisher();
    server.refused.add('refused');
    for (const id of ['refused', 'fine']) made.listed(id, BUILT_IN);
    for (let look = 0; look < 240; look++) {
      made.update('refused', OK);
      made.update('fine', look % 2 === 0 ? OK : BUILT_IN);
      await clock.advance(250);
    }
    expect(pushed).toHaveLength(240);
    expect(server.tried).toBeLessThan(260);
    expect(logged).toHaveLength(1);
    expect(logged[0]).toMatch(/"connection":"refused"/);
  });

  it('The publisher takes its status back once and forgets it', async () => {
    const { made, pushed, refreshed } = publisher();
    made.listed('con', BUILT_IN);
    made.update('con', OK);
    await settle();
    for (let look = 0; look < 3; look++) {
      made.takeBack('con');
      await settle();
      made.listed('con', BUILT_IN);
    }
    expect(refreshed).toEqual(['con']);
    expect(made.overwritten('con', BUILT_IN)).toBe(false);
    made.update('con', OK);
    await settle();
    expect(pushed).toEqual([OK, OK]);
  });

  it('The publisher takes its status back only after a push that is under way', async () => {
    const { made, refreshed, server } = publisher();
    let arrive = (): void => undefined;
    server.held = new Promise((resolve) => (arrive = resolve));
    made.listed('con', BUILT_IN);
    made.update('con', OK);
    made.takeBack('con');
    await settle();
    expect(refreshed).toEqual([]);
    arrive();
    await settle();
    made.takeBack('con');
    await settle();
    expect(refreshed).toEqual(['con']);
  });

  it('The publisher asks for no refresh where it never published anything', async () => {
    const { made, refreshed } = publisher();
    made.takeBack('con');
    made.listed('con', BUILT_IN);
    made.takeBack('con');
    await settle();
    expect(refreshed).toEqual([]);
  });

  it('The publisher asks again when the server did not refresh', async () => {
    const { clock, made, refreshed, server } = publisher();
    made.listed('con', BUILT_IN);
    made.update('con', OK);
    await settle();
    server.refuses = true;
    made.takeBack('con');
    await settle();
    server.refuses = false;
    await clock.advance(RETRY.firstMs);
    for (let look = 0; look < 2; look++) {
      made.takeBack('con');
      await settle();
    }
    expect(refreshed).toEqual(['con', 'con']);
  });
});
