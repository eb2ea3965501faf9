/** Takes what a subscriber threw, so that it never reaches the emitter. */
export type SubscriberFailed = (error: unknown) => void;

/** A typed stream of events: the core emits; logs, metrics and tests subscribe. */
export class Channel<Event> {
  readonly #subscribers = new Set<(event: Event) => void>();
  readonly #failed: SubscriberFailed;

  constructor(failed: SubscriberFailed = reportLater) {
    this.#failed = failed;
  }

  /** Calls `subscriber` for each event from now on; returns the way to end that. */
  subscribe(subscriber: (event: Event) => void): () => void {
    this.#subscribers.add(subscriber);
    return () => {
      this.#subscribers.delete(subscriber);
    };
  }

  emit(event: Event): void {
    for (const subscriber of this.#subscribers) {
      try {
        subscriber(event);
      } catch (error) {
        this.#failed(error);
      }
    }
  }

  get subscriberCount(): number {
    return this.#subscribers.size;
  }
}

function reportLater(error: unknown): void {
  process.emitWarning(error instanceof Error ? error : String(error), 'SubscriberFailed');
}
