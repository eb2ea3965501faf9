import { Code, ConnectError, type ConnectRouter } from '@connectrpc/connect';
import { AuthService } from '../../../src/gen/autokitteh/auth/v1/auth_pb.js';
import { Status_Code } from '../../../src/gen/autokitteh/common/v1/common_pb.js';
import { ConnectionsService } from '../../../src/gen/autokitteh/connections/v1/connections_pb.js';
import { DeploymentsService } from '../../../src/gen/autokitteh/deployments/v1/deployments_pb.js';
import { DispatcherService } from '../../../src/gen/autokitteh/dispatcher/v1/dispatcher_pb.js';
import { EventsService } from '../../../src/gen/autokitteh/events/v1/events_pb.js';
import { SessionsService, SessionStateType } from '../../../src/gen/autokitteh/sessions/v1/sessions_pb.js';
import { TriggersService } from '../../../src/gen/autokitteh/triggers/v1/triggers_pb.js';
import { VarsService } from '../../../src/gen/autokitteh/vars/v1/vars_pb.js';

export const CONNECTION = 'con_00000000000000000000000001';

/** What a server answers to each call of the client; what it was asked is in `asked`. */
export function answersOf(asked: unknown[]): (router: ConnectRouter) => void {
  return (router) => {
    router.rpc(AuthService.method.whoAmI, () => ({
      user: { userId: 'usr_1', displayName: 'System User' },
    }));
    router.rpc(VarsService.method.get, (request) => {
      if (request.scopeId === 'con_gone') throw new ConnectError('not_found', Code.NotFound);
      return { vars: [{ name: 'a', value: 'b', isSecret: true, scopeId: request.scopeId }] };
    });
    router.rpc(VarsService.method.set, (request) => {
      asked.push(
        request.vars.map(({ scopeId, name, value, isSecret }) => ({ scopeId, name, value, isSecret })),
      );
      return {};
    });
    router.rpc(VarsService.method.delete, (request) => {
      asked.push(request.names);
      return {};
    });
    router.rpc(VarsService.method.findActiveConnectionIDs, () => {
      throw new ConnectError('unauthorized', Code.PermissionDenied);
    });
    router.rpc(ConnectionsService.method.get, () => ({}));
    router.rpc(ConnectionsService.method.list, () => ({
      connections: [
        { connectionId: CONNECTION, name: 'sl', status: { code: Status_Code.WARNING, message: 'hm' } },
      ],
    }));
    router.rpc(ConnectionsService.method.update, (request) => {
      asked.push({ name: request.connection?.name, code: request.connection?.status?.code });
      return {};
    });
    router.rpc(ConnectionsService.method.refreshStatus, (request) => {
      asked.push(request.connectionId);
      return { status: { code: Status_Code.INIT_REQUIRED, message: 'Init required' } };
    });
    router.rpc(EventsService.method.get, ({ eventId }) => {
      if (eventId === 'evt_00000000000000000000000000') throw new ConnectError('not_found', Code.NotFound);
      return { event: { eventId, data: { text: { string: { v: 'hi' } } } } };
    });
    router.rpc(DeploymentsService.method.list, ({ orgId, state }) => {
      asked.push({ orgId, state });
      return { deployments: [{ projectId: 'prj_1', updatedAt: { seconds: 13n, nanos: 0 } }] };
    });
    router.rpc(SessionsService.method.list, ({ eventId, projectId, stateType, countOnly, pageSize }) => {
      if (pageSize === 5) {
        asked.push({ projectId, most: pageSize });
        const session = {
          sessionId: 'ses_1',
          eventId: 'evt_01hzzzzzzzzzzzzzzzzzzzzzzz',
          memo: { trigger_name: 'on_message' },
          state: SessionStateType.ERROR,
          createdAt: { seconds: 12n, nanos: 0 },
        };
        return { count: 1n, sessions: [session] };
      }
      asked.push({ eventId, projectId, stateType, countOnly });
      return { count: eventId === 'evt_none' ? 0n : 2n };
    });
    router.rpc(TriggersService.method.list, () => ({
      triggers: [
        {
          name: 'on_message',
          projectId: 'prj_1',
          eventType: 'message',
          filter: 'data.x',
          codeLocation: { path: 'a', name: 'f' },
        },
        { eventType: '' },
      ],
    }));
    router.rpc(DispatcherService.method.dispatch, (request) => {
      if (request.event?.eventType === 'forbidden') {
        throw new ConnectError('save event: unauthorized', Code.InvalidArgument);
      }
      return { eventId: `evt_${request.event?.eventType ?? ''}` };
    });
    router.rpc(EventsService.method.list, (request) => {
      asked.push({ order: request.order, max: request.maxResults });
      return {
        events: [
          {
            eventId: 'evt_1',
            destinationId: CONNECTION,
            memo: { k: 'v' },
            createdAt: { seconds: 12n, nanos: 5_000_000 },
          },
        ],
      };
    });
  };
}
