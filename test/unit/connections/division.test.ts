import { describe, expect, it } from 'vitest';
import { LIVE_POLICY } from '../../../src/connections/policy.js';
import { Channel } from '../../../src/core/channel.js';
import { HandClock } from '../../helpers/hand-clock.js';
import { HERE, KNOWN, LIVE, TOKENS, start } from './live-connections-rig.js';
import { TokensInMemory } from './tokens-in-memory.js';

const THEIRS = {
  ...TOKENS,
  socket_mode_app_token: 'xapp-1-A2-1-x',
  private_bot_token: 'xoxb-2',
};

/** One of several processes: it looks or follows, has the sockets of these apps, and hears what the others tell. */
function startDivided(isLooker: boolean, ...apps: readonly string[]) {
  const told: (string | undefined)[] = [];
  const division = {
    isLooker,
    apps: new Set(apps),
    looks: () => division.isLooker,
    asksAbout: (appId: string) => division.apps.has(appId),
    membersChanged: new Channel<undefined>(),
    look: (): Promise<void> | undefined => undefined,
  };
  const notifications = {
    tell: (_id?: string): Promise<void> => Promise.resolve(),
    changed(id: string) {
      told.push(id);
      return Promise.resolve();
    },
    listChanged: () => void told.push(undefined),
    listen: (learn: (id?: string) => Promise<void>) => void (notifications.tell = learn),
  };
  const started = start(new TokensInMemory(), new HandClock(), { division, notifications });
  return { ...started, division, notifications, told };
}

describe('Several processes with the same connections', () => {
  it('A process that follows asks AutoKitteh at once when it is told that something is new, and else seldom', async () => {
    const { clock, server, live, notifications } = startDivided(false, 'A1');
    server.add('one');
    live.start();
    await clock.advance(5_000);
    const before = server.lists;
    await clock.advance(LIVE_POLICY.followMs / 2);
    expect(server.lists).toBe(before);
    server.add('two');
    void notifications.tell();
    await clock.advance(1);
    expect(live.registry.connectionsOf(HERE)).toEqual(['one', 'two']);
    server.add('three');
    await clock.advance(LIVE_POLICY.followMs + LIVE_POLICY.reconcileMs);
    expect(live.registry.connectionsOf(HERE)).toEqual(['one', 'two', 'three']);
  });

  it('The process that looks tells the others when the list is another one, and when AutoKitteh does not answer', async () => {
    const { clock, server, live, told } = startDivided(true, 'A1');
    server.add('one');
    live.start();
    await clock.advance(10_000);
    told.length = 0;
    server.add('two', TOKENS, false);
    await clock.advance(2 * LIVE_POLICY.reconcileMs);
    expect(told).toContain(undefined);
    await clock.advance(10_000);
    told.length = 0;
    server.down = true;
    await clock.advance(2 * LIVE_POLICY.reconcileMs);
    expect(told).toContain(undefined);
  });

  it('A process begins to look as soon as the members are others and it is the one to look', async () => {
    const { clock, server, live, division } = startDivided(false, 'A1');
    live.start();
    await clock.advance(5_000);
    server.add('one');
    division.isLooker = true;
    division.membersChanged.emit(undefined);
    await clock.advance(1);
    expect(live.registry.connectionsOf(HERE)).toEqual(['one']);
    server.add('two');
    await clock.advance(LIVE_POLICY.reconcileMs);
    expect(live.registry.connectionsOf(HERE)).toEqual(['one', 'two']);
  });

  it('Slack is asked about the bot tokens of the apps of this process, and of others when it gets them', async () => {
    const { clock, server, live, slack, division } = startDivided(false, 'A1');
    slack.of.set('xoxb-2', { ...KNOWN, owner: { ...KNOWN.owner, appId: 'A2' } });
    server.add('one');
    server.add('theirs', THEIRS);
    live.start();
    await clock.advance(5_000);
    expect(slack.asked).toBe(1);
    expect(live.apps()).toEqual(['A1']);
    division.apps.add('A2');
    division.membersChanged.emit(undefined);
    await clock.advance(2_000);
    expect(slack.asked).toBe(2);
    expect(live.apps()).toEqual(['A1', 'A2']);
  });

  it('A connection of which another process asks has the status that AutoKitteh holds, until somebody tests it', async () => {
    const { clock, server, live, slack } = startDivided(false, 'A1');
    const theirs = server.add('theirs', THEIRS);
    theirs.status = { code: 'error', message: 'Slack refused the bot token' };
    slack.of.set('xoxb-2', { t: 'refused', error: 'token_revoked' });
    live.start();
    await clock.advance(5_000);
    expect(live.current('theirs')).toEqual(theirs.status);
    const tested = live.queries.test('theirs');
    await clock.advance(1_000);
    expect((await tested).message).toContain('token_revoked');
    await clock.advance(2 * LIVE_POLICY.identityMs);
    expect(live.current('theirs')).toEqual(theirs.status);
    expect(slack.asked).toBe(1);
  });

  it.each(['status', 'test'] as const)(
    'Somebody who asks for a status (%s) learns of the sockets that others have opened just now, and what is known while nobody can tell',
    async (question) => {
      const { clock, server, live, wanted, division } = startDivided(false, 'A1');
      server.add('one');
      live.start();
      await clock.advance(5_000);
      const waits = 'another replica opens one';
      wanted.say({ ...LIVE, t: 'renewing', sockets: 1, doing: waits });
      division.look = () => Promise.reject(new Error('PostgreSQL does not answer'));
      const known = live.queries[question]('one');
      await clock.advance(1);
      expect((await known).message).toContain(waits);
      division.look = () => {
        wanted.say(LIVE);
        return Promise.resolve();
      };
      const asked = live.queries[question]('one');
      await clock.advance(1);
      expect((await asked).message).toMatch(/: 2 sockets live$/);
    },
  );

  it('A process is ready without a contact of apps whose sockets others open', async () => {
    const { clock, server, live } = startDivided(false, 'A1');
    server.add('one');
    server.add('theirs', THEIRS);
    live.start();
    await clock.advance(5_000);
    expect(live.appsToServe()).toEqual(['A1']);
  });

  it('The variables of apps whose sockets others open are read seldom, and what nobody told of is told', async () => {
    const { clock, server, live, told, notifications } = startDivided(false, 'A1');
    const one = server.add('one');
    server.add('theirs', THEIRS);
    live.start();
    await clock.advance(10_000);
    server.reads.length = 0;
    told.length = 0;
    one.variables = { ...THEIRS };
    await clock.advance(LIVE_POLICY.sweepMs);
    expect(server.reads).toContain('one');
    expect(server.reads).not.toContain('theirs');
    expect(told).toEqual(['one']);
    one.variables = { ...TOKENS };
    void notifications.tell('one');
    await clock.advance(1);
    expect(live.registry.get('one')?.setup).toMatchObject({ appId: 'A1' });
    expect(told).toEqual(['one']);
    await clock.advance(LIVE_POLICY.othersSweepMs);
    expect(server.reads).toContain('theirs');
  });
});

describe('The start with many connections', () => {
  it('Sockets are wanted before the variables of inactive connections are read', async () => {
    const { clock, server, live, wanted } = start();
    let arrive = (): void => undefined;
    server.held.set('idle', new Promise((resolve) => (arrive = resolve)));
    server.add('idle', THEIRS, false);
    server.add('one');
    live.start();
    await clock.advance(1_000);
    expect([...wanted.apps.keys()]).toEqual(['A1']);
    arrive();
    await clock.advance(5_000);
    expect(live.registry.get('idle')?.setup).toMatchObject({ appId: 'A2' });
  });
});
