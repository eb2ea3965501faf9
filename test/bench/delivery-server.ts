import { startStandIn, type StandIn } from '../../src/sim/autokitteh/stand-in.js';
import { Status_Code } from '../../src/gen/autokitteh/common/v1/common_pb.js';
import type { Value } from '../../src/gen/autokitteh/values/v1/values_pb.js';
import { startBareServer, type BareServer } from './bare-server.js';
import { answer } from './delivery-process.js';

export interface ServerAddress {
  readonly url: string;
  readonly signKey: string;
  readonly connectionId: string;
}

function stringOf(value: Value | undefined): string {
  return value?.string?.v ?? '';
}

let server: StandIn | undefined;
let bare: BareServer | undefined;

const CONNECTION_ID = 'con_01j0000000000000000000000z';

/** What takes the events, in a process of its own: a stand-in for AutoKitteh with one connection, or a bare server. */
const questions = {
  open: async (dispatchPerSecond: number): Promise<ServerAddress> => {
    await server?.stop();
    server = await startStandIn({ dispatchPerSecond });
    const connectionId = CONNECTION_ID;
    server.store.projects.set('prj_1', {
      projectId: 'prj_1',
      orgId: 'org_1',
      name: 'p',
      displayName: 'p',
      resources: {},
    });
    server.store.connections.set(connectionId, {
      connectionId,
      integrationId: 'int_1',
      projectId: 'prj_1',
      orgId: '',
      name: 'c',
      status: { $typeName: 'autokitteh.common.v1.Status', code: Status_Code.OK, message: '' },
    });
    return { url: server.url, signKey: server.signKey, connectionId };
  },
  openBare: async (dispatchPerSecond: number): Promise<ServerAddress> => {
    bare?.stop();
    bare = await startBareServer(dispatchPerSecond);
    return { url: bare.url, signKey: '00'.repeat(32), connectionId: CONNECTION_ID };
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
