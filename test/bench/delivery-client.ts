import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import bolt from '@slack/bolt';
import { SocketModeClient } from '@slack/socket-mode';
import { pino } from 'pino';
import { createAutoKitteh } from '../../src/autokitteh/client.js';
import { createCredentials } from '../../src/autokitteh/credentials.js';
import { PendingResponses } from '../../src/pipeline/pending-responses.js';
import { createEventSink } from '../../src/pipeline/dispatch.js';
import { Receiver } from '../../src/pipeline/receiver.js';
import { systemClock } from '../../src/core/clock.js';
import { seededRandom } from '../../src/core/random.js';
import { Health } from '../../src/core/health.js';
import { Delivery } from '../../src/delivery/delivery.js';
import { DEFAULT_POLICY } from '../../src/slack/policy.js';
import { silentLogger } from '../../src/slack/http.js';
import { createSlackSockets, type SlackSockets } from '../../src/slack/sockets.js';
import { openSqliteJournal } from '../../src/storage/sqlite/sqlite-journal.js';
import { answer } from './delivery-process.js';
import type { ServerAddress } from './delivery-server.js';
import type { Entry } from './delivery-slack.js';

/** What is under test, each with so many sockets. */
export interface ClientOrder extends Entry {
  readonly sockets: number;
}

interface SdkEvent {
  readonly body: unknown;
  readonly ack: () => Promise<void>;
}

async function startSdk(order: ClientOrder, onEvent: (event: SdkEvent) => void): Promise<void> {
  for (let n = 0; n < order.sockets; n += 1) {
    const client = new SocketModeClient({
      appToken: order.appToken,
      logger: silentLogger,
      clientOptions: { slackApiUrl: order.apiUrl },
    });
    client.on('slack_event', onEvent);
    await client.start();
  }
}

const log = pino({ enabled: false });
const clock = systemClock;

/** What takes Slack's frames, in a process of its own: this project, or one that it is compared with. */
const questions = {
  /** The whole path as the program has it, but for set-up and status. */
  async ours(order: ClientOrder, server: ServerAddress, isDelivering: boolean): Promise<void> {
    const folder = mkdtempSync(join(tmpdir(), 'bench-journal-'));
    process.once('exit', () => rmSync(folder, { recursive: true }));
    const journal = await openSqliteJournal({ path: join(folder, 'journal.db'), maxBytes: 4 * 1024 ** 3 });
    const autokitteh = createAutoKitteh({
      url: server.url,
      credentials: createCredentials({ kind: 'sign_key', key: server.signKey }, clock),
      clock,
      timeoutMs: 15_000,
    });
    const responses = new PendingResponses();
    // One connection, of which nothing is known but that it is active.
    const registry = { connectionsOf: () => [server.connectionId], get: () => undefined };
    const live = { identified: () => undefined, doubtTokens: () => undefined };
    const sink = createEventSink({
      server: autokitteh,
      integrationId: 'int_1',
      ...{ registry, responses },
    });
    const delivery = new Delivery({
      ...{ journal, sink, clock },
      random: seededRandom(1),
      health: new Health(),
    });
    const receiver = new Receiver({
      updater: { begin: () => undefined },
      intake: delivery.intake,
      delivery: delivery.events,
      ...{ registry, live, responses, clock, log },
    });
    const sockets: SlackSockets = createSlackSockets({
      apiUrl: order.apiUrl,
      clock,
      random: seededRandom(1),
      log,
      onEnvelope: (envelope) => receiver.receive(envelope),
      policy: {
        ...DEFAULT_POLICY,
        pool: { ...DEFAULT_POLICY.pool, sockets: order.sockets, budget: order.sockets + 2 },
      },
    });
    if (isDelivering) await delivery.start();
    sockets.reconcile(new Map([[order.appId, [{ token: order.appToken, setAt: 1 }]]]));
  },
  async bolt(order: ClientOrder): Promise<void> {
    for (let n = 0; n < order.sockets; n += 1) {
      const receiver = new bolt.SocketModeReceiver({
        appToken: order.appToken,
        logLevel: bolt.LogLevel.ERROR,
        installerOptions: { clientOptions: { slackApiUrl: order.apiUrl } },
      });
      const app = new bolt.App({
        receiver,
        logLevel: bolt.LogLevel.ERROR,
        authorize: () => Promise.resolve({ botToken: 'xoxb-1', botId: 'B1', botUserId: 'U1' }),
      });
      app.event('message', () => Promise.resolve());
      app.action(/.*/, ({ ack }) => ack());
      await app.start();
    }
  },
  async sdk(order: ClientOrder): Promise<void> {
    await startSdk(order, ({ ack }) => {
      void ack();
    });
  },
  /** Acknowledges when a thread has written and synced something: the least that an acknowledgement can wait for. */
  async sdkWithDisk(order: ClientOrder): Promise<void> {
    const thread = new Worker(new URL('./delivery-disk-thread.js', import.meta.url));
    await once(thread, 'message');
    const waiting: SdkEvent[] = [];
    thread.on('message', (messages: number) => {
      for (const { ack } of waiting.splice(0, messages)) void ack();
    });
    await startSdk(order, (event) => {
      waiting.push(event);
      thread.postMessage(JSON.stringify(event.body));
    });
  },
  cpu: () => {
    const main = Number(readFileSync(`/proc/self/task/${process.pid}/schedstat`, 'utf8').split(' ')[0]) / 1e9;
    const { user, system } = process.cpuUsage();
    return Promise.resolve({ main, all: (user + system) / 1e6 });
  },
};

export type ClientQuestions = typeof questions;

answer(questions);
