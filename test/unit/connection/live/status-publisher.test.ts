import { describe, expect, it } from 'vitest';
import type { Status } from '../../../../src/autokitteh/status.js';
import { StatusPublisher } from '../../../../src/connection/live/status-publisher.js';
import { Background } from '../../../../src/core/lifecycle.js';
import { createLog } from '../../../../src/core/log.js';
import { HandClock, settle } from '../../../helpers/hand-clock.js';

const OK: Status = { code: 'ok', message: '2 sockets live' };
const WARNING: Status = { code: 'warning', message: 'renewing' };
const ERROR: Status = { code: 'error', message: 'revoked' };
const BUILT_IN: Status = { code: 'ok', message: 'Using Socket Mode' };

function publisher(refuse = false) {
  const clock = new HandClock();
  const pushed: Status[] = [];
  const refreshed: string[] = [];
  const server = { refuses: refuse, held: Promise.resolve() };
  const made = new StatusPublisher({
    push: async (_id, status) => {
      await server.held;
      if (server.refuses) throw new Error('down');
      pushed.push(status);
    },
    background: new Background(() => undefined),
    refresh: (id) => {
      refreshed.push(id);
      return server.refuses ? Promise.reject(new Error('down')) : Promise.resolve(BUILT_IN);
    },
    settleMs: 1_000,
    clock,
    log: createLog({ level: 'silent', format: 'json' }),
  });
  return { clock, pushed, refreshed, server, made };
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
    const { made, refreshed, server } = publisher();
    made.listed('con', BUILT_IN);
    made.update('con', OK);
    await settle();
    server.refuses = true;
    made.takeBack('con');
    await settle();
    server.refuses = false;
    for (let look = 0; look < 2; look++) {
      made.takeBack('con');
      await settle();
    }
    expect(refreshed).toEqual(['con', 'con']);
  });
});
