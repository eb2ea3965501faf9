import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import bolt from '@slack/bolt';
import { SocketModeClient } from '@slack/socket-mode';
import { pino } from 'pino';
import { seededRandom } from '../../src/core/random.js';
import { DEFAULT_POLICY } from '../../src/slack/policy.js';
import { silentLogger } from '../../src/slack/http.js';
import { openSqliteJournal } from '../../src/storage/sqlite/sqlite-journal.js';
import { openEventPath } from '../world/event-path.js';
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

/** What takes Slack's frames, in a process of its own: this project, or one that it is compared with. */
const questions = {
  /** The program's own path of events, without its ports. While delivery is paused the first dispatches never end. */
  async ours(order: ClientOrder, server: ServerAddress, isDelivering: boolean): Promise<void> {
    const folder = mkdtempSync(join(tmpdir(), 'bench-journal-'));
    process.once('exit', () => rmSync(folder, { recursive: true }));
    const pool = { ...DEFAULT_POLICY.pool, sockets: order.sockets, budget: order.sockets + 2 };
    const path = await openEventPath({
      ...{ autokittehUrl: server.url, signKey: server.signKey, slackApiUrl: order.apiUrl },
      journal: await openSqliteJournal({ path: join(folder, 'journal.db'), maxBytes: 4 * 1024 ** 3 }),
      around: (sink) =>
        isDelivering ? sink : { ...sink, prepare: () => () => new Promise(() => undefined) },
      limits: isDelivering ? {} : { dispatchMs: 24 * 3_600_000 },
      sockets: { ...DEFAULT_POLICY, pool },
      random: seededRandom(1),
      log: pino({ enabled: false }),
    });
    await path.start();
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
