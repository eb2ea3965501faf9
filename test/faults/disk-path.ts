import { createAutoKitteh } from '../../src/autokitteh/client.js';
import { createCredentials } from '../../src/autokitteh/credentials.js';
import { AnswerDesk } from '../../src/connection/answers/answer-desk.js';
import { createEventSink } from '../../src/connection/live/event-sink.js';
import { Receiver } from '../../src/connection/live/receiver.js';
import { systemClock, type Clock } from '../../src/core/clock.js';
import { createLog } from '../../src/core/log.js';
import { seededRandom } from '../../src/core/random.js';
import { createDelivery } from '../../src/delivery/create-delivery.js';
import type { Delivery } from '../../src/delivery/delivery.js';
import type { DeliveryLimits } from '../../src/delivery/limits.js';
import type { DispatchOutcome } from '../../src/delivery/sink.js';
import { DEFAULT_POLICY } from '../../src/slack/policy.js';
import { createSlackSockets } from '../../src/slack/sockets.js';
import type { Journal } from '../../src/storage/journal.js';
import type { CrashTenant } from './crash-peers.js';

/** An event's way through the program, in this process, and what passed on it. */
export interface Path {
  readonly delivery: Delivery;
  /** Keys by lane, in the order of writing. */
  readonly written: ReadonlyMap<string, readonly string[]>;
  /** How each dispatch ended, in order. */
  readonly dispatched: readonly { readonly key: string; readonly outcome: DispatchOutcome['t'] }[];
  stop(): Promise<void>;
}

/** Puts the path together as the program does, but for the connections, of which there is one. */
export async function openPath(
  { plan }: CrashTenant,
  journal: Journal,
  seed: number,
  deliveryClock: Clock,
  limits: Partial<DeliveryLimits> = {},
): Promise<Path> {
  const clock = systemClock;
  const random = seededRandom(seed);
  const log = createLog({ level: 'fatal', format: 'json' }, process.stderr);
  const server = createAutoKitteh({
    url: plan.autokittehUrl,
    credentials: createCredentials({ kind: 'sign_key', key: plan.signKey }, clock),
    clock,
    timeoutMs: 5_000,
  });
  const written = new Map<string, string[]>();
  const dispatched: { key: string; outcome: DispatchOutcome['t'] }[] = [];
  const sink = createEventSink({
    server,
    integrationId: plan.integrationId,
    answerUrl: () => undefined,
    isOrgLevel: () => false,
    delivered: () => undefined,
  });
  const delivery = createDelivery({
    journal: {
      ...journal,
      async append(rows) {
        const results = await journal.append(rows);
        rows.forEach(({ urgent, conversation, key }, index) => {
          if (results[index] === 'duplicate') return;
          const lane = `${urgent} ${conversation}`;
          written.set(lane, [...(written.get(lane) ?? []), key]);
        });
        return results;
      },
    },
    sink: {
      async dispatch(row, signal) {
        const outcome = await sink.dispatch(row, signal);
        dispatched.push({ key: row.key, outcome: outcome.t });
        return outcome;
      },
      find: (row, signal) => sink.find(row, signal),
    },
    clock: deliveryClock,
    random,
    limits,
  });
  const sockets = createSlackSockets({
    apiUrl: plan.slackApiUrl,
    policy: DEFAULT_POLICY,
    onEnvelope: (envelope) => receiver.receive(envelope),
    ...{ clock, random, log },
  });
  const receiver = new Receiver({
    routing: {
      connectionsOf: () => [plan.connectionId],
      identified: () => undefined,
      answers: () => false,
      doubtTokens: () => undefined,
    },
    intake: delivery.intake,
    delivery: delivery.events,
    desk: new AnswerDesk(),
    acknowledge: (envelope, payload) => sockets.acknowledge(envelope, payload),
    ...{ clock, log },
  });
  await delivery.start();
  sockets.reconcile(new Map([[plan.appId, [{ token: plan.appToken, setAt: 0 }]]]));
  return {
    delivery,
    written,
    dispatched,
    async stop() {
      await sockets.stop();
      await receiver.idle();
      await delivery.stop();
      await journal.close();
      await server.close();
    },
  };
}

/** What was acknowledged must have been delivered once, each lane in the order of writing; a sentence for all else. */
export function faultsOf({ written, dispatched }: Path): string[] {
  const faults: string[] = [];
  const delivered = dispatched.filter(({ outcome }) => outcome === 'delivered').map(({ key }) => key);
  const places = new Map(delivered.map((key, place) => [key, place]));
  if (places.size !== delivered.length) faults.push('an event was delivered twice');
  for (const [lane, keys] of written) {
    const missing = keys.filter((key) => !places.has(key));
    if (missing.length > 0) faults.push(`lost: ${missing.join(' ')} of ${lane}`);
    const inLane = keys.map((key) => places.get(key) ?? 0);
    if (inLane.some((place, at) => place < (inLane[at - 1] ?? 0)))
      faults.push(`order of ${lane} was not kept`);
  }
  return faults;
}
