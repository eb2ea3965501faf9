import type { AutoKitteh } from './client.js';
import { isId } from './ids.js';

// More than a person sends between two looks; the ids alone are remembered.
const MOST_LISTED = 1_000;
const MOST_KNOWN = 20_000;

/** Which events are of one connection: the server tells it in lists only, and gives an event to whoever knows its id. */
export class OwnEvents {
  readonly #server: Pick<AutoKitteh, 'listEvents'>;
  readonly #connectionId: string;
  #known = new Set<string>();

  constructor(server: Pick<AutoKitteh, 'listEvents'>, connectionId: string) {
    this.#server = server;
    this.#connectionId = connectionId;
  }

  /** This one is of the connection. */
  add({ eventId }: { readonly eventId: string }): void {
    if (this.#known.size >= MOST_KNOWN) this.#known = new Set();
    this.#known.add(eventId);
  }

  /** Asks the server for the connection's latest events where it is not known yet. */
  async has(eventId: string, signal?: AbortSignal): Promise<boolean> {
    if (!isId('evt', eventId)) return false;
    if (!this.#known.has(eventId)) await this.#look(signal);
    return this.#known.has(eventId);
  }

  /** Those of `all` that such an event has started; a session that a person has started is none. */
  async only<Started extends { readonly eventId: string }>(
    all: readonly Started[],
    signal?: AbortSignal,
  ): Promise<Started[]> {
    if (all.some(({ eventId }) => isId('evt', eventId) && !this.#known.has(eventId)))
      await this.#look(signal);
    return all.filter(({ eventId }) => this.#known.has(eventId));
  }

  async #look(signal: AbortSignal | undefined): Promise<void> {
    const query = { destinationId: this.#connectionId, maxResults: MOST_LISTED };
    for (const event of await this.#server.listEvents(query, signal)) this.add(event);
  }
}
