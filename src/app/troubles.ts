import type { Channel } from '../core/channel.js';
import type { DeliveryEvent } from '../delivery/events.js';

/** Why events cannot be taken or delivered at present, in a sentence for people; nothing while they can. */
export class Troubles {
  #outage: string | undefined;
  #journal: string | undefined;

  constructor(events: Channel<DeliveryEvent>) {
    events.subscribe((event) => this.#note(event));
  }

  get current(): string | undefined {
    return this.#journal ?? this.#outage;
  }

  #note(event: DeliveryEvent): void {
    switch (event.t) {
      case 'journal_failing':
        this.#journal = `Events are not taken, because the journal cannot be written: ${event.reason}`;
        return;
      case 'journal_writable':
        this.#journal = undefined;
        return;
      case 'outage':
        this.#outage = `Events wait in the journal, because AutoKitteh takes none: ${event.reason}`;
        return;
      case 'passing':
        this.#outage = undefined;
        return;
      default:
        return;
    }
  }
}
