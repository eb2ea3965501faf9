import { integrationIdFromName } from '../../src/autokitteh/ids.js';
import { startStandIn, type StandIn } from '../../src/sim/autokitteh/stand-in.js';
import { Status_Code } from '../../src/gen/autokitteh/common/v1/common_pb.js';
import { DeploymentState } from '../../src/gen/autokitteh/deployments/v1/deployments_pb.js';
import type { Value } from '../../src/gen/autokitteh/values/v1/values_pb.js';
import { startBareServer, type BareConnection, type BareServer } from './bare-server.js';
import { answer } from './delivery-process.js';
import type { Entry } from './delivery-slack.js';

export interface ServerAddress {
  readonly url: string;
  readonly signKey: string;
}

function stringOf(value: Value | undefined): string {
  return value?.string?.v ?? '';
}

let server: StandIn | undefined;
let bare: BareServer | undefined;

const CONNECTION_ID = 'con_01j0000000000000000000000z';
const INTEGRATION_ID = integrationIdFromName('slack');

function bareConnection({ appId, variables }: Pick<Entry, 'appId' | 'variables'>): BareConnection {
  return { connectionId: `con_${appId}`, integrationId: INTEGRATION_ID, variables };
}

/** What takes the events, in a process of its own: a stand-in for AutoKitteh, or a bare server. */
const questions = {
  open: async (dispatchPerSecond: number): Promise<void> => {
    await server?.stop();
    server = await startStandIn({ dispatchPerSecond });
    server.store.projects.set('prj_1', {
      projectId: 'prj_1',
      orgId: 'org_1',
      name: 'p',
      displayName: 'p',
      resources: {},
    });
  },
  openBare: async (dispatchPerSecond: number): Promise<void> => {
    bare?.stop();
    bare = await startBareServer(dispatchPerSecond);
  },
  /** Serves a connection of each app at one address; only a bare server does so. */
  connectAll: (place: string, entries: readonly Entry[]): Promise<ServerAddress> => {
    if (bare === undefined) throw new Error('open first');
    return Promise.resolve({ url: bare.serve(place, entries.map(bareConnection)), signKey: '00'.repeat(32) });
  },
  /** Makes an app's connection: the only one at the address that is answered. */
  connect: (appId: string, variables: Entry['variables']): Promise<ServerAddress> => {
    if (server === undefined) {
      if (bare === undefined) throw new Error('open first');
      const url = bare.serve(appId, [bareConnection({ appId, variables })]);
      return Promise.resolve({ url, signKey: '00'.repeat(32) });
    }
    const { store } = server;
    store.connections.set(CONNECTION_ID, {
      connectionId: CONNECTION_ID,
      integrationId: INTEGRATION_ID,
      projectId: 'prj_1',
      orgId: '',
      name: 'c',
      status: { $typeName: 'autokitteh.common.v1.Status', code: Status_Code.OK, message: '' },
    });
    store.deployments.set('dep_1', {
      ...{ deploymentId: 'dep_1', projectId: 'prj_1', buildId: 'bld_1', createdAt: 0, updatedAt: 0 },
      state: DeploymentState.ACTIVE,
    });
    store.vars.set(
      CONNECTION_ID,
      new Map(variables.map((each) => [each.name, { ...each, scopeId: CONNECTION_ID, description: '' }])),
    );
    return Promise.resolve({ url: server.url, signKey: server.signKey });
  },
  count: (): Promise<number> => Promise.resolve(server?.store.events.length ?? bare?.count() ?? 0),
  /** What came, in order: the dedupe key, the channel, and the number that a message's text begins with. */
  events: (): Promise<{ key: string; type: string; channel: string; n: number }[]> =>
    Promise.resolve(
      (server?.store.events ?? []).map(({ eventType, memo, data }) => {
        const text = stringOf(data['text']);
        const channel = stringOf(data['channel']);
        return { key: memo['slack_event_key'] ?? '', type: eventType, channel, n: Number.parseInt(text, 10) };
      }),
    ),
};

export type ServerQuestions = typeof questions;

answer(questions);
