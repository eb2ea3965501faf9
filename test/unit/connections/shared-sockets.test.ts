import { expect, test } from 'vitest';
import { Hosts } from '../../../src/connections/hosts.js';
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
