import type { ServiceImpl } from '@connectrpc/connect';
import { callerKey, type Caller } from '../identity.js';
import { newId } from '../ids.js';
import { refusals, requireFilled, requireId, requireSymbol } from '../refusals.js';
import type { ConnectionRow } from '../store.js';
import type { World } from '../world.js';
import { Status_Code } from '../../../gen/autokitteh/common/v1/common_pb.js';
import type {
  Connection,
  ConnectionsService,
} from '../../../gen/autokitteh/connections/v1/connections_pb.js';

/** Connections of projects and organisations. */
export function connectionsService(world: World): ServiceImpl<typeof ConnectionsService> {
  const { store, rights, statuses, registry } = world;
  const wanted = (connectionId: string): ConnectionRow | undefined => {
    requireFilled('connection_id', connectionId);
    requireId(connectionId, 'con');
    return store.connections.get(connectionId);
  };
  const owned = (caller: Caller, connectionId: string): ConnectionRow => {
    const row = wanted(connectionId);
    rights.requireMember(caller, row?.orgId);
    if (row === undefined) throw refusals.notFound();
    return row;
  };
  const message = async (row: ConnectionRow) => {
    const capabilities = (await registry.byId(row.integrationId))?.descriptor.connectionCapabilities;
    const self = `/connections/${row.connectionId}`;
    const links = {
      self_url: self,
      ...(capabilities?.supportsConnectionInit === true ? { init_url: `${self}/init` } : {}),
      ...(capabilities?.supportsConnectionTest === true ? { test_url: `${self}/test` } : {}),
    };
    return { ...row, links, ...(capabilities === undefined ? {} : { capabilities }) };
  };
  return {
    async create({ connection }, { values }) {
      return { connectionId: await added(world, values.get(callerKey), connection) };
    },
    delete({ connectionId }, { values }) {
      const row = wanted(connectionId);
      const caller = values.get(callerKey);
      if (row === undefined && rights.isSystem(caller)) return {};
      if (row === undefined || !rights.isMember(caller, row.orgId)) throw refusals.notFound();
      if ([...store.triggers.values()].some((trigger) => trigger.connectionId === connectionId))
        throw refusals.unknown('db: cannot delete a connection that has associated triggers');
      store.connections.delete(connectionId);
      store.vars.delete(connectionId);
      return {};
    },
    update({ connection }, { values }) {
      const { connectionId = '', name = '', status } = connection ?? {};
      if (connectionId === '')
        throw refusals.malformed(
          'connection_id must be specified [connection.connection_id_must_not_be_empty]',
        );
      requireId(connectionId, 'con');
      const caller = values.get(callerKey);
      const row = store.connections.get(connectionId);
      rights.requireMember(caller, row?.orgId);
      if (row === undefined) return {};
      if (name !== '') {
        requireSymbol(name, 'name');
        requireFree(world, row, name);
        row.name = name;
      }
      if (status !== undefined) row.status = status;
      return {};
    },
    async get({ connectionId }, { values }) {
      if (connectionId === '') throw refusals.invalid('invalid');
      const row = wanted(connectionId);
      if (row === undefined || !rights.isMember(values.get(callerKey), row.orgId)) return {};
      return { connection: await message(row) };
    },
    async list({ integrationId, projectId, statusCode, orgId }, { values }) {
      const caller = values.get(callerKey);
      requireId(integrationId, 'int');
      requireId(projectId, 'prj');
      requireId(orgId, 'org');
      const rows = visible(world, caller, projectId, orgId)
        .filter((row) => integrationId === '' || row.integrationId === integrationId)
        .filter((row) => statusCode === Status_Code.UNSPECIFIED || row.status.code === statusCode);
      return { connections: await Promise.all(rows.map(message)) };
    },
    test: async ({ connectionId }, { values }) => ({
      status: await statuses.test(owned(values.get(callerKey), connectionId)),
    }),
    refreshStatus: async ({ connectionId }, { values }) => ({
      status: await statuses.refresh(owned(values.get(callerKey), connectionId)),
    }),
  };
}

/** With a project: its rows and its organisation's; else an organisation's own rows, and everything for the system. */
function visible(
  { store, rights }: World,
  caller: Caller,
  projectId: string,
  orgId: string,
): ConnectionRow[] {
  const rows = [...store.connections.values()];
  if (projectId !== '') {
    const org = store.orgOf(projectId);
    if (org === undefined) throw refusals.notFound();
    rights.requireMember(caller, org);
    return rows.filter((row) => row.projectId === projectId || (row.projectId === '' && row.orgId === org));
  }
  if (orgId === '' && rights.isSystem(caller)) return rows;
  const org = orgId === '' ? rights.defaultOrg(caller) : orgId;
  rights.requireMember(caller, org);
  return rows.filter((row) => row.projectId === '' && row.orgId === org);
}

async function added(world: World, caller: Caller, connection: Connection | undefined): Promise<string> {
  if (connection?.connectionId !== '')
    throw refusals.malformed('connection_id must not be specified [connection.connection_id_must_be_empty]');
  const { integrationId, projectId, name } = connection;
  if (name !== '') requireSymbol(name, 'name');
  if (integrationId === '') throw refusals.unknown('integration_id: missing');
  if (name === '') throw refusals.unknown('name: missing');
  if (!integrationId.startsWith('int_'))
    throw refusals.invalid("invalid prefix: ''. Subtype requires prefix to match 'int': integration_id");
  requireId(projectId, 'prj');
  const orgId = projectId === '' ? connection.orgId : (world.store.orgOf(projectId) ?? '');
  if (orgId === '' || !world.store.orgs.has(orgId)) throw refusals.notFound();
  world.rights.requireMember(caller, orgId);
  const integration = await world.registry.byId(integrationId);
  if (integration === undefined) throw refusals.notFound();
  const status = integration.descriptor.initialConnectionStatus ?? (await integration.status(''));
  const connectionId = newId('con');
  const row = { connectionId, integrationId, projectId, orgId, name, status };
  requireFree(world, row, name);
  world.store.connections.set(connectionId, row);
  return connectionId;
}

/** A name is unique in its project; an organisation's connection shares the names of all its projects. */
function requireFree({ store }: World, row: ConnectionRow, name: string): void {
  const taken = [...store.connections.values()].some(
    (other) =>
      other.name === name &&
      other.orgId === row.orgId &&
      (other.projectId === '' || row.projectId === '' || other.projectId === row.projectId),
  );
  if (taken) throw refusals.alreadyExists();
}
