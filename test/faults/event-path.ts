import { createAutoKitteh } from '../../src/autokitteh/client.js';
import { createCredentials } from '../../src/autokitteh/credentials.js';
import { AnswerDesk } from '../../src/connection/answers/answer-desk.js';
import { createEventSink } from '../../src/connection/live/event-sink.js';
import { Receiver } from '../../src/connection/live/receiver.js';
import { systemClock } from '../../src/core/clock.js';
import type { Log } from '../../src/core/log.js';
import type { Random } from '../../src/core/random.js';
import { Health } from '../../src/core/health.js';
import { createDelivery } from '../../src/delivery/create-delivery.js';
import type { Delivery } from '../../src/delivery/delivery.js';
import type { DeliveryLimits } from '../../src/delivery/limits.js';
import type { EventSink } from '../../src/delivery/sink.js';
import type { Envelope } from '../../src/slack/envelope.js';
import { DEFAULT_POLICY } from '../../src/slack/policy.js';
import { createSlackSockets, type Acknowledged } from '../../src/slack/sockets.js';
import type { Journal } from '../../src/storage/journal.js';
import type { CrashTenant } from './crash-peers.js';

const SERVER_TIMEOUT_MS = 15_000;

export interface EventPathOptions {
  readonly plan: CrashTenant['plan'];
  readonly journal: Journal;
  /** Put around the way to the server. */
  readonly around: (sink: EventSink) => EventSink;
  readonly limits: Partial<DeliveryLimits>;
  readonly random: Random;
  readonly log: Log;
  /** An envelope has arrived; nothing was done about it. */
  readonly arrived?: (envelope: Envelope) => void;
  readonly acknowledged?: (envelope: Envelope, how: Acknowledged) => void;
}

/** An event's way through the program, from Slack to the server. */
export interface EventPath {
  readonly delivery: Delivery;
  start(): Promise<void>;
  /** Ends everything in order, the journal too. */
  stop(): Promise<void>;
}

/** Puts the path together as the program does, but for the connections, of which there is one that is known. */
export function createEventPath(options: EventPathOptions): EventPath {
  const { plan, journal, random, log } = options;
  const clock = systemClock;
  const server = createAutoKitteh({
    url: plan.autokittehUrl,
    credentials: createCredentials({ kind: 'sign_key', key: plan.signKey }, clock),
    clock,
    timeoutMs: SERVER_TIMEOUT_MS,
  });
  const sink = createEventSink({
    server,
    integrationId: plan.integrationId,
    answerUrl: () => undefined,
    isOrgLevel: () => false,
  });
  const delivery = createDelivery({
    journal,
    sink: options.around(sink),
    limits: options.limits,
    health: new Health(),
    ...{ clock, random },
  });
  const sockets = createSlackSockets({
    apiUrl: plan.slackApiUrl,
    policy: DEFAULT_POLICY,
    onEnvelope(envelope) {
      options.arrived?.(envelope);
      receiver.receive(envelope);
    },
    ...{ clock, random, log },
  });
  const receiver = new Receiver({
    routing: {
      connectionsOf: () => [plan.connectionId],
      identified: () => undefined,
      isOwn: () => false,
      answers: () => false,
      doubtTokens: () => undefined,
    },
    journaled: () => undefined,
    intake: delivery.intake,
    delivery: delivery.events,
    desk: new AnswerDesk(),
    async acknowledge(envelope, payload) {
      const how = await sockets.acknowledge(envelope, payload);
      options.acknowledged?.(envelope, how);
      return how;
    },
    ...{ clock, log },
  });
  return {
    delivery,
    async start() {
      await delivery.start();
      sockets.reconcile(new Map([[plan.appId, [{ token: plan.appToken, setAt: 0 }]]]));
    },
    async stop() {
      await sockets.stop();
      await receiver.idle();
      await delivery.stop();
      await journal.close();
      await server.close();
    },
  };
}
