import type { Tracer } from '@opentelemetry/api';
import type { Channel } from '../../core/channel.js';
import type { Clock } from '../../core/clock.js';
import type { Arrival } from '../../delivery/arrival.js';
import type { EndedEvent, EventPath } from '../../delivery/delivery.js';
import { SLACK_WAITS_MS } from '../../slack/policy.js';
import { spanCount, writeTrace, type TraceIds } from './event-trace.js';
import type { ExportEvent } from './ports.js';

/** So many spans may wait for the collector, or be on their way to it: those of a thousand events. */
export const MOST_SPANS = 4_096;

// Of so many events at a time the rest of the path is waited for.
const MOST_INCOMPLETE = 256;

interface EventTracesOptions {
  readonly tracer: Tracer;
  readonly ids: TraceIds;
  readonly clock: Clock;
  readonly events: Channel<ExportEvent>;
}

/**
 * Makes a trace of each event that has ended, from what was noted of its path with its settlement. All of it happens after
 * that; an event that comes when too many spans wait has no trace.
 */
export class EventTraces {
  readonly #options: EventTracesOptions;
  /** Spans that were not sent yet. */
  #waiting = 0;
  /** Events whose acknowledgement or earlier dispatches are waited for. */
  #incomplete = new Set<Promise<void>>();
  readonly #hurry = new Set<() => void>();

  constructor(options: EventTracesOptions) {
    this.#options = options;
  }

  add(event: EndedEvent): void {
    const { path, arrival, hasEarlier } = event;
    const waits = arrival !== undefined && arrival.acknowledgedMs === undefined;
    if ((!waits && !hasEarlier) || this.#incomplete.size >= MOST_INCOMPLETE) {
      this.#write(path, arrival);
      return;
    }
    const work = this.#complete(event, waits ? arrival : undefined).finally(() =>
      this.#incomplete.delete(work),
    );
    this.#incomplete.add(work);
  }

  /** So many spans were sent, or lost. */
  left(count: number, isLost: boolean): void {
    this.#waiting -= count;
    if (isLost) this.#options.events.emit({ t: 'spans_lost', why: 'not_exported', count });
  }

  /** Waits no longer for acknowledgements, and resolves when what came until now is written. */
  async finish(): Promise<void> {
    for (const go of this.#hurry) go();
    await Promise.all(this.#incomplete);
  }

  async #complete(event: EndedEvent, unacknowledged: Arrival | undefined): Promise<void> {
    if (unacknowledged !== undefined) await this.#acknowledgement(unacknowledged, event.path.receivedAt);
    this.#write(event.hasEarlier ? await event.whole() : event.path, event.arrival);
  }

  /** What a workflow says in the acknowledgement may come after its dispatch has ended, within Slack's time. */
  #acknowledgement(arrival: Arrival, receivedAt: number): Promise<void> {
    const { clock } = this.#options;
    return new Promise((resolve) => {
      const go = (): void => {
        timer.cancel();
        this.#hurry.delete(go);
        resolve();
      };
      const timer = clock.setTimer(receivedAt + SLACK_WAITS_MS - clock.now(), go);
      this.#hurry.add(go);
      arrival.whenAcknowledged(go);
    });
  }

  #write({ acknowledgedMs, ...path }: EventPath, arrival: Arrival | undefined): void {
    // What is noted of an event may be gone from the journal.
    if (!(path.receivedAt > 0)) return;
    const { tracer, ids, events } = this.#options;
    const whole = { ...path, acknowledgedMs: acknowledgedMs ?? arrival?.acknowledgedMs };
    const count = spanCount(whole);
    if (this.#waiting + count > MOST_SPANS) events.emit({ t: 'spans_lost', why: 'queue_full', count });
    else if (writeTrace(whole, tracer, ids)) this.#waiting += count;
  }
}
