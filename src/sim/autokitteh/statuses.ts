import type { Registry } from './registry.js';
import { refusals } from './refusals.js';
import type { ConnectionRow, Store } from './store.js';
import type { Status } from '../../gen/autokitteh/common/v1/common_pb.js';

/** The stored status of connections, and where it comes from. */
export class Statuses {
  readonly #store: Store;
  readonly #registry: Registry;

  constructor(store: Store, registry: Registry) {
    this.#store = store;
    this.#registry = registry;
  }

  /** Asks the integration for a connection's status and stores it: RefreshStatus, and the end of every write of variables. */
  async refresh(row: ConnectionRow): Promise<Status> {
    const integration = await this.#registry.byId(row.integrationId);
    if (integration === undefined) throw refusals.notFound();
    row.status = await integration.status(row.connectionId);
    return row.status;
  }

  /** As `refresh`, for a scope that may be no connection. */
  async refreshScope(scopeId: string): Promise<void> {
    const row = this.#store.connections.get(scopeId);
    if (row !== undefined) await this.refresh(row);
  }

  async test(row: ConnectionRow): Promise<Status> {
    const integration = await this.#registry.byId(row.integrationId);
    if (integration === undefined) throw refusals.notFound();
    if (integration.descriptor.connectionCapabilities?.supportsConnectionTest !== true)
      throw refusals.unimplemented('connection test');
    return integration.test(row.connectionId);
  }
}
