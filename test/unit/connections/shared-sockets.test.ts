import { expect, test } from 'vitest';
import { Hosts } from '../../../src/connections/hosts.js';
import { writeReport } from '../../../src/connections/app-report.js';
import { shareSockets } from '../../../src/connections/shared-sockets.js';
import { Channel } from '../../../src/core/channel.js';
import { createLog } from '../../../src/core/log.js';
import { DEFAULT_POLICY } from '../../../src/slack/policy.js';
import type { SocketEvent } from '../../../src/slack/events.js';
import type { SlackSockets } from '../../../src/slack/sockets.js';
import type { AppSocketsStatus } from '../../../src/slack/status.js';
import { HandClock } from '../../helpers/hand-clock.js';
import { PlayedCluster } from './played-cluster.js';

const LIVE: AppSocketsStatus = {
  ...{ t: 'live', sockets: 1, wanted: 1, foreign: 0, tokens: [], answered: true, greeted: true },
};
const TOKENS = [{ token: 'xapp', setAt: 1 }];
const VALID = { setAt: 1, verdict: { t: 'valid' } } as const;
const REFUSED = {
  setAt: 1,
  verdict: { t: 'refused', error: 'token_revoked', advice: 'make a new token', probeAt: 7 },
} as const;
const BROKEN: AppSocketsStatus = {
  ...LIVE,
  ...{ t: 'broken', sockets: 0, error: 'token_revoked', advice: 'make a new token', tokens: [REFUSED] },
};

function rig(...names: string[]) {
  const cluster = new PlayedCluster();
  cluster.names = names;
  const log = createLog({ level: 'info', format: 'json' }, { write: () => undefined });
  const hosts = new Hosts({ cluster, clock: new HandClock(), policy: DEFAULT_POLICY.pool, log });
  const statuses = new Map<string, AppSocketsStatus>();
  const events = new Channel<SocketEvent>();
  let opened: string[] = [];
  const acknowledged: string[] = [];
  const own: SlackSockets = {
    reconcile: (apps) => void (opened = [...apps.keys()]),
    status: (appId) => statuses.get(appId),
    list: () => [],
    acknowledge: (appId, text) => void acknowledged.push(`${appId} ${text}`),
    events,
    stop: () => Promise.resolve(),
  };
  const shared = shareSockets(own, hosts);
  const told: string[] = [];
  shared.events.subscribe((event) => {
    if (event.t === 'status_changed') told.push(`${event.appId} ${event.status.t} ${event.status.sockets}`);
  });
  return { cluster, hosts, acknowledged, statuses, events, shared, told, opened: () => opened };
}

test('The status of an app counts the sockets of all processes, and is the same in each of them', () => {
  const { cluster, statuses, events, shared, told } = rig('me', 'second');
  shared.reconcile(new Map([['A1', TOKENS]]));
  statuses.set('A1', LIVE);
  events.emit({ t: 'status_changed', appId: 'A1', status: LIVE });
  expect(shared.status('A1')).toMatchObject({ t: 'renewing', sockets: 1, wanted: 2 });
  cluster.see('A1', 'second', 1);
  const all = { t: 'live', sockets: 2, wanted: 2, elsewhere: { sockets: 1, replicas: 2 } };
  expect(shared.status('A1')).toMatchObject(all);
  expect(told).toEqual(['A1 renewing 1', 'A1 live 2']);
  // The same seen from a process that has no socket of it.
  statuses.delete('A1');
  cluster.see('A1', 'third', 1);
  expect(shared.status('A1')).toMatchObject({ ...all, elsewhere: { sockets: 2, replicas: 2 } });
});

test('An acknowledgement is sent on a socket of a process that has a live one, whichever process has it to send', async () => {
  const { cluster, hosts, acknowledged } = rig('me', 'second', 'third');
  cluster.see('A1', 'third', 1);
  await expect(hosts.relay('A1', 'ours')).resolves.toBe(true);
  await expect(hosts.relay('A2', 'ours')).resolves.toBe(false);
  expect(cluster.relayed).toEqual(['A1 ours third', 'A2 ours ']);
  cluster.relay.arrived.emit({ appId: 'A1', text: 'theirs' });
  expect(acknowledged).toEqual(['A1 theirs']);
});

test('An app that others host has a status too: how many of its sockets are live there', () => {
  const { cluster, shared } = rig('second', 'third');
  shared.reconcile(new Map([['A1', TOKENS]]));
  expect(shared.status('A1')).toMatchObject({ t: 'opening', answered: true });
  cluster.see('A1', 'second', 1);
  expect(shared.status('A1')).toMatchObject({ t: 'renewing', sockets: 1, wanted: 2 });
  cluster.see('A1', 'third', 1);
  expect(shared.status('A1')).toMatchObject({ t: 'live', sockets: 2 });
  expect(shared.status('A2')).toBeUndefined();
});

test('A trouble of this process’s own sockets is told beside the count of all', () => {
  const { cluster, statuses, shared } = rig('me', 'second');
  shared.reconcile(new Map([['A1', TOKENS]]));
  statuses.set('A1', {
    ...LIVE,
    t: 'degraded',
    sockets: 0,
    reason: 'Slack limits the rate',
    doing: 'waiting',
  });
  cluster.see('A1', 'second', 1);
  expect(shared.status('A1')).toMatchObject({
    t: 'degraded',
    sockets: 1,
    wanted: 2,
    reason: 'Slack limits the rate',
  });
});

test('A trouble that only another process meets is told with its name, when it is heard of and until it is over', () => {
  const { cluster, statuses, shared, told } = rig('me', 'second');
  shared.reconcile(new Map([['A1', TOKENS]]));
  statuses.set('A1', { ...LIVE, tokens: [VALID] });
  cluster.hear('A1', 'second', writeReport({ ...BROKEN, tokens: [REFUSED] }));
  const trouble = {
    t: 'degraded',
    reason: 'on replica second, Slack refused the sockets (token_revoked)',
    doing: 'make a new token',
    tokens: [VALID],
  };
  expect(shared.status('A1')).toMatchObject({ ...trouble, sockets: 1, wanted: 2 });
  // This process has opened the other one's socket.
  statuses.set('A1', { ...LIVE, sockets: 2, wanted: 2, tokens: [VALID] });
  expect(shared.status('A1')).toMatchObject({ ...trouble, sockets: 2, wanted: 2 });
  cluster.hear(
    'A1',
    'second',
    writeReport({ ...LIVE, t: 'degraded', reason: 'no reply', doing: 'retrying' }),
  );
  expect(shared.status('A1')).toMatchObject({ reason: 'on replica second, no reply', doing: 'retrying' });
  cluster.hear('A1', 'second', undefined);
  expect(shared.status('A1')).toMatchObject({ t: 'live' });
  expect(told).toEqual(['A1 degraded 1', 'A1 degraded 2', 'A1 live 2']);
});

test('A process that is stopping, or gone, has no trouble', () => {
  const { cluster, statuses, shared } = rig('me', 'second');
  shared.reconcile(new Map([['A1', TOKENS]]));
  statuses.set('A1', { ...LIVE, sockets: 2, wanted: 2 });
  cluster.hear('A1', 'second', writeReport(BROKEN));
  expect(shared.status('A1')?.t).toBe('degraded');
  cluster.stopping.add('second');
  expect(shared.status('A1')?.t).toBe('live');
  cluster.stopping.clear();
  cluster.become('me', 'third');
  expect(shared.status('A1')?.t).toBe('live');
});

test('A token that another process was refused is refused here too, unless Slack accepts it here', () => {
  const { cluster, statuses, shared } = rig('me', 'second');
  shared.reconcile(new Map([['A1', TOKENS]]));
  const other = { setAt: 2, verdict: { t: 'valid' } } as const;
  const unused = { setAt: 1, verdict: { t: 'superseded', by: 'newer' } } as const;
  statuses.set('A1', { ...LIVE, tokens: [other, unused] });
  cluster.see('A1', 'second', 1);
  cluster.hear('A1', 'second', writeReport({ ...LIVE, tokens: [other, REFUSED] }));
  expect(shared.status('A1')).toMatchObject({ t: 'live', tokens: [other, REFUSED] });
  statuses.set('A1', { ...LIVE, tokens: [other, VALID] });
  expect(shared.status('A1')).toMatchObject({ t: 'live', tokens: [other, VALID] });
});

test('What Slack refuses in every process is refused, and what it refuses only here is a trouble of this one', () => {
  const { cluster, statuses, shared } = rig('me', 'second');
  shared.reconcile(new Map([['A1', TOKENS]]));
  statuses.set('A1', BROKEN);
  expect(shared.status('A1')).toMatchObject({ t: 'broken', tokens: [REFUSED] });
  cluster.see('A1', 'second', 1);
  expect(shared.status('A1')).toMatchObject({
    ...{ t: 'degraded', sockets: 1, tokens: [] },
    reason: 'on replica me, Slack refused the sockets (token_revoked)',
  });
  // It has a socket that is live still, and can open no other one.
  const degraded = { ...LIVE, t: 'degraded', reason: 'make a new token', doing: 'none', tokens: [REFUSED] };
  cluster.hear('A1', 'second', writeReport(degraded as AppSocketsStatus));
  expect(shared.status('A1')).toMatchObject({ t: 'broken', tokens: [REFUSED] });
});

test('A process that hosts none of an app’s sockets tells what its hosts tell', () => {
  const { cluster, shared } = rig('second', 'third');
  shared.reconcile(new Map([['A1', TOKENS]]));
  cluster.hear('A1', 'second', writeReport(BROKEN));
  expect(shared.status('A1')).toMatchObject({ t: 'broken', error: 'token_revoked', tokens: [REFUSED] });
  cluster.see('A1', 'third', 1);
  expect(shared.status('A1')).toMatchObject({ t: 'degraded', sockets: 1, tokens: [] });
});

test('The others are told when something is wrong with this process’s own sockets, and no longer when it is over', () => {
  const { cluster, events, shared } = rig('me', 'second');
  shared.reconcile(new Map([['A1', TOKENS]]));
  const say = (status: AppSocketsStatus): void => events.emit({ t: 'status_changed', appId: 'A1', status });
  say({ ...LIVE, tokens: [VALID] });
  expect([...cluster.told]).toEqual([]);
  say(BROKEN);
  expect(cluster.told.get('A1')).toBe(writeReport(BROKEN));
  expect(JSON.stringify([...cluster.told])).not.toContain('xapp');
  say({ ...LIVE, isAtLimit: true });
  expect(cluster.told.get('A1')).toContain('"isAtLimit":true');
  say({ ...LIVE, t: 'renewing', doing: 'opening another socket' });
  expect([...cluster.told]).toEqual([]);
  say(BROKEN);
  events.emit({ t: 'app_released', appId: 'A1' });
  expect([...cluster.told]).toEqual([]);
});

test('Sockets are opened and closed when the members change, without anything else being announced', () => {
  const { cluster, shared, opened } = rig('second', 'third');
  shared.reconcile(new Map([['A1', TOKENS]]));
  expect(opened()).toEqual([]);
  cluster.become('me');
  expect(opened()).toEqual(['A1']);
  cluster.holding = 'over';
  cluster.slots.looked.emit(undefined);
  expect(opened()).toEqual([]);
  expect(shared.status('A1')).toMatchObject({ t: 'degraded', sockets: 0 });
});
