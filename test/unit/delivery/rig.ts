import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { Clock } from '../../../src/core/clock.js';
import { scaledClock } from '../../../src/core/clock.js';
import { seededRandom } from '../../../src/core/random.js';
import { Health } from '../../../src/core/health.js';
import { Delivery } from '../../../src/delivery/delivery.js';
import type { DeliveryEvent } from '../../../src/delivery/events.js';
import type { IntakeEvent } from '../../../src/delivery/intake.js';
import type { DeliveryLimits } from '../../../src/delivery/limits.js';
import type {
  DispatchOutcome,
  EventSink,
  Fate,
  Send,
  Sighting,
  TakenEvent,
} from '../../../src/delivery/sink.js';
import type { Membership } from '../../../src/storage/cluster.js';
import type { Journal } from '../../../src/storage/journal.js';
import type { JournalRow } from '../../../src/storage/rows.js';
import { openInThread } from '../../conformance/in-thread-journal.js';

/** A server that the test plays: answers what it is told to, and keeps what it was given, in order. */
export class PlayedServer implements EventSink {
  readonly got: string[] = [];
  readonly lookedUp: string[] = [];
  /** Keys of rows that it has. */
  readonly stored = new Set<string>();
  /** Keys of those of them that something would take, and that have started nothing. */
  readonly unstarted = new Set<string>();
  /** What events have come to, by their ids; of others nothing is known. */
  readonly fates = new Map<string, Fate>();
  /** How a dispatch ends; by default the server takes the event. */
  answer: (row: JournalRow, signal: AbortSignal) => DispatchOutcome | Promise<DispatchOutcome> = () => ({
    t: 'delivered',
    eventId: 'evt',
  });

  /** Called when a row is to become an event. */
  preparing: (row: JournalRow) => void = () => undefined;

  prepare(row: JournalRow): Send {
    this.preparing(row);
    return async (signal) => {
      const outcome = await this.answer(row, signal);
      if (outcome.t === 'delivered') {
        this.got.push(row.key);
        this.stored.add(row.key);
      }
      return outcome;
    };
  }

  find({ key }: JournalRow): Promise<Sighting> {
    this.lookedUp.push(key);
    if (!this.stored.has(key)) return Promise.resolve({ t: 'absent' });
    return Promise.resolve({ t: this.unstarted.has(key) ? 'unstarted' : 'settled', eventId: `evt_${key}` });
  }

  fateOf({ eventId }: TakenEvent): Promise<Fate> {
    return Promise.resolve(this.fates.get(eventId) ?? 'none');
  }
}

/** Delivery on a real journal in a folder of its own, in front of a played server. */
export class Rig {
  readonly server = new PlayedServer();
  readonly seen: DeliveryEvent[] = [];
  journal!: Journal;
  delivery!: Delivery;
  #folder = '';

  constructor(
    readonly clock: Clock = scaledClock(100),
    readonly limits: Partial<DeliveryLimits> = {},
    readonly wrap: (journal: Journal) => Journal = (journal) => journal,
    readonly membership?: Membership,
    readonly isHost?: (appId: string) => boolean,
    readonly prunes?: () => boolean,
  ) {}

  async open(): Promise<this> {
    this.#folder ||= await mkdtemp(join(tmpdir(), 'delivery-'));
    this.journal = await openInThread(join(this.#folder, 'journal.db'));
    this.delivery = new Delivery({
      journal: this.wrap(this.journal),
      membership: this.membership,
      isHost: this.isHost,
      prunes: this.prunes,
      sink: this.server,
      clock: this.clock,
      random: seededRandom(1),
      health: new Health(),
      limits: this.limits,
    });
    this.delivery.events.subscribe((event) => this.seen.push(event));
    return this;
  }

  async close(): Promise<void> {
    await this.delivery.stop();
    await this.journal.close();
  }

  async dispose(): Promise<void> {
    await this.close();
    await rm(this.#folder, { recursive: true });
  }

  event(over: Partial<IntakeEvent> & { key: string }): IntakeEvent {
    return {
      appId: 'A1',
      connectionIds: ['con_1'],
      conversation: 'C1',
      urgent: false,
      kind: 'events_api',
      body: `{"key":"${over.key}"}`,
      receivedAt: this.clock.now(),
      ...over,
    };
  }

  take(over: Partial<IntakeEvent> & { key: string }): Promise<'journaled' | 'duplicate'> {
    return this.delivery.intake.take(this.event(over));
  }

  tags(): string[] {
    return this.seen.map(({ t }) => t);
  }
}

/** An open rig, put away when the test ends. */
export async function rig(...parts: ConstructorParameters<typeof Rig>): Promise<Rig> {
  const made = await new Rig(...parts).open();
  onTestFinished(() => made.dispose());
  return made;
}
