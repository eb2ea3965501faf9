import { randomUUID } from 'node:crypto';
import { Channel } from '../core/channel.js';
import { ALONE } from '../storage/sqlite/cluster.js';
import type { Membership } from '../storage/cluster.js';
import type { JournalStats } from '../storage/journal.js';
import { Backlog } from './backlog.js';
import { Concurrency } from './concurrency.js';
import type { Delivery, DeliveryOptions } from './delivery.js';
import { Dispatcher } from './dispatcher.js';
import type { DeliveryEvent } from './events.js';
import type { IntakeEvent } from './intake.js';
import { JournalHealth } from './journal-health.js';
import { JournalingIntake } from './journaling-intake.js';
import { DEFAULT_LIMITS, type DeliveryLimits } from './limits.js';
import { OutageWatch } from './outage-watch.js';
import { removeConnection } from './removal.js';
import { DeliveryRun } from './run.js';
import { ServerProgress } from './server-progress.js';
import { Settler } from './settler.js';
import { deliveryShares } from './shares.js';
import { deliveryStats } from './stats.js';
import { steadyTime, type Clock } from '../core/clock.js';

/** Puts the parts of delivery together; nothing runs until start(), but intake takes events at once. */
export function createDelivery(options: DeliveryOptions): Delivery {
  const { journal, clock, random } = options;
  const limits: DeliveryLimits = { ...DEFAULT_LIMITS, ...options.limits };
  const membership = options.membership ?? ALONE;
  const now = membership.now ?? steadyTime(clock);
  const events = new Channel<DeliveryEvent>();
  const backlog = new Backlog();
  const health = new JournalHealth(journal, clock, events, options.health, limits.journalRetryMs);
  const watch = new OutageWatch(limits, random, events, options.health);
  const progress = new ServerProgress();
  const concurrency = new Concurrency(limits.concurrency);
  // Rows that another process, or this one before, left in flight are told by this.
  const owner = randomUUID();
  const refusals = new Map<number, number>();
  const parts = { events, backlog, health, watch, progress, refusals, concurrency };
  const shares = deliveryShares(limits, membership);
  const isHost = options.isHost ?? (() => true);
  const common = { ...options, ...parts, membership, shares, isHost, limits, now, owner };
  const settler = new Settler({
    ...common,
    retryMs: limits.journalRetryMs,
    left: (ready) => dispatcher.hint(ready),
    unstuck: () => dispatcher.reload(),
  });
  const dispatcher = new Dispatcher({ ...common, settler });
  const intake = new JournalingIntake({
    ...common,
    dispatcher,
    arrived: arrivalTimes(membership, clock),
    // What else is to be written shares the commit.
    writing: () => settler.flush(),
  });
  const run = new DeliveryRun({
    ...common,
    isShared: membership.isShared,
    settler,
    dispatcher,
    intake,
  });
  // A status must be there while the journal is not: with what was counted last, and with the trouble beside it.
  let known: JournalStats = { sources: [], usedBytes: 0, fileBytes: 0, maxBytes: 0 };
  const counted = async (): Promise<JournalStats> => {
    try {
      known = await journal.stats();
    } catch (error) {
      health.failed(error);
    }
    return known;
  };
  return {
    intake,
    events,
    deadLetters: {
      list: (after, limit) => journal.listDead({ after, limit }),
      async resend(ids) {
        const resent = await journal.resend(ids, now());
        for (const row of resent) backlog.add(row, row.bytes);
        dispatcher.reload();
        return resent.length;
      },
    },
    async connections() {
      const { sources } = await journal.stats();
      return [...new Set(sources.map(({ connectionId }) => connectionId))];
    },
    removeConnection: (connectionId, signal) => removeConnection(connectionId, common, signal),
    stats: async () =>
      deliveryStats(await counted(), {
        inFlight: dispatcher.inFlight,
        concurrency: concurrency.limit,
        outage: watch.reason,
        journalFailing: health.failing,
      }),
    start: () => run.start(),
    stop: () => run.stop(),
  };
}

/** Tells when an event arrived here in the time that rows are written with, which may be another machine's. */
function arrivalTimes({ now }: Membership, clock: Clock): (event: IntakeEvent) => IntakeEvent {
  if (now === undefined) return (event) => event;
  return ({ receivedAt, ...event }) => ({ receivedAt: receivedAt + now() - clock.now(), ...event });
}
