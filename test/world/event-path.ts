import { openOwnLine } from '../../src/server-line.js';
import { startConfig } from '../../src/start-config.js';
import { integrationIdFromName } from '../../src/autokitteh/ids.js';
import { loadConfig } from '../../src/config.js';
import { LIVE_POLICY } from '../../src/connections/policy.js';
import { Channel } from '../../src/core/channel.js';
import { systemClock } from '../../src/core/clock.js';
import { Health } from '../../src/core/health.js';
import { Releasers } from '../../src/core/lifecycle.js';
import type { Log } from '../../src/core/log.js';
import type { Random } from '../../src/core/random.js';
import { DEFAULT_LIMITS, type DeliveryLimits } from '../../src/delivery/limits.js';
import type { EventSink } from '../../src/delivery/sink.js';
import type { Acknowledged, Envelope } from '../../src/slack/envelope.js';
import { DEFAULT_POLICY, type SocketPolicy } from '../../src/slack/policy.js';
import type { JournalDatabase } from '../../src/storage/journal.js';
import { makePipeline, startPipeline, type Pipeline } from '../../src/app.js';

export interface EventPathOptions {
  readonly autokittehUrl: string;
  readonly signKey: string;
  readonly slackApiUrl: string;
  /** Closed with the path. */
  readonly journal: JournalDatabase;
  /** Put around the way to the server. */
  readonly around: (sink: EventSink) => EventSink;
  readonly limits: Partial<DeliveryLimits>;
  /** Without one, the one that the program ships with. */
  readonly sockets?: SocketPolicy;
  readonly random: Random;
  readonly log: Log;
  /** An envelope has arrived; nothing was done about it. */
  readonly arrived?: (envelope: Envelope) => void;
  readonly acknowledged?: (envelope: Envelope, how: Acknowledged) => void;
}

/** The program's own path of events, without its ports. */
export interface OpenEventPath extends Pick<Pipeline, 'delivery'> {
  start(): Promise<void>;
  /** Ends everything in order, the journal too. */
  stop(): Promise<void>;
}

/** Makes the path as the program does, with the test's look at each step of it. */
export async function openEventPath(options: EventPathOptions): Promise<OpenEventPath> {
  const { journal, random, log } = options;
  const clock = systemClock;
  const environment = {
    AUTOKITTEH_URL: options.autokittehUrl,
    AUTOKITTEH_SIGN_KEY: options.signKey,
    SLACK_API_URL: options.slackApiUrl,
    JOURNAL_URL: 'sqlite:of-the-test',
    // Of ports that nobody opens.
    PLUGIN_TOKEN: 'credential-of-the-contract',
    OPS_TOKEN: 'credential-of-operators',
  };
  const config = await startConfig(loadConfig(environment, {}, false));
  const releasers = new Releasers();
  const server = openOwnLine(config, clock);
  releasers.push('the client of AutoKitteh', () => server.close());
  const path = await makePipeline(
    config,
    {
      version: 'test',
      faults: new Channel(),
      changedSecrets: new Channel(),
      nameConnections: () => undefined,
      live: LIVE_POLICY,
      sockets: options.sockets ?? DEFAULT_POLICY,
      delivery: { ...DEFAULT_LIMITS, ...options.limits },
      openJournal: () => Promise.resolve(journal),
      ...{ clock, random, log },
    },
    server,
    integrationIdFromName('slack'),
    new Health(),
    releasers,
  );
  watch(path, options);
  return {
    delivery: path.delivery,
    start: () => startPipeline(path, releasers),
    stop: () => releasers.releaseAll(),
  };
}

/** Nothing moves on the path yet, so that no step is missed. */
function watch({ sink, receiver }: Pipeline, options: EventPathOptions): void {
  Object.assign(sink, options.around({ ...sink }));
  const receive = receiver.receive.bind(receiver);
  receiver.receive = (envelope) => {
    options.arrived?.(envelope);
    const acknowledge = envelope.acknowledge.bind(envelope);
    envelope.acknowledge = async (payload) => {
      const how = await acknowledge(payload);
      options.acknowledged?.(envelope, how);
      return how;
    };
    receive(envelope);
  };
}
