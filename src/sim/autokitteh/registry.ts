import type { IntegrationPort } from './integration-port.js';
import type { RemoteIntegration } from './remote-integration.js';
import type { Integration } from '../../gen/autokitteh/integrations/v1/integrations_pb.js';

/** The integrations that the server knows: the built-in `slack`, and what it attaches over the wire. */
export class Registry {
  readonly #builtIn: IntegrationPort;
  #remote: RemoteIntegration | undefined;

  constructor(builtIn: IntegrationPort) {
    this.#builtIn = builtIn;
  }

  attach(remote: RemoteIntegration): void {
    this.#remote = remote;
  }

  /** The integration of `id`. An attached one is asked for its descriptor every time, as AutoKitteh's client does. */
  async byId(id: string): Promise<IntegrationPort | undefined> {
    const attached = await this.#remote?.attach(id);
    if (attached !== undefined) return attached;
    return this.#builtIn.descriptor.integrationId === id ? this.#builtIn : undefined;
  }

  async byName(name: string): Promise<Integration | undefined> {
    return (await this.list()).find((listed) => listed.uniqueName === name);
  }

  /** All descriptors by display name. An attached integration takes the place of a built-in one of the same id. */
  async list(): Promise<Integration[]> {
    const attached = (await this.#remote?.list()) ?? [];
    const { descriptor } = this.#builtIn;
    const replaced = attached.some(({ integrationId }) => integrationId === descriptor.integrationId);
    return [...attached, ...(replaced ? [] : [descriptor])].toSorted((a, b) =>
      a.displayName.localeCompare(b.displayName),
    );
  }
}
