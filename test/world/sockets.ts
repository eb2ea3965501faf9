import { pino } from 'pino';

import { systemClock, type Clock } from '../../src/core/clock.js';
import type { Outbound } from '../../src/core/outbound.js';
import { seededRandom } from '../../src/core/random.js';
import type { SlackApp, SlackInstallation } from '../../src/sim/slack/directory/entities.js';
import type { ScriptedSlackOptions } from '../../src/sim/slack/options.js';
import { startScriptedSlack, type ScriptedSlack } from '../../src/sim/slack/scripted-slack.js';
import type { Envelope } from '../../src/slack/envelope.js';
import { DEFAULT_POLICY, type SocketPolicy } from '../../src/slack/policy.js';
import type { SocketEvent } from '../../src/slack/events.js';
import { createSlackSockets, type SlackSockets } from '../../src/slack/sockets.js';

export interface SocketsWorldOptions {
  readonly clock?: Clock;
  readonly seed?: number;
  readonly policy?: SocketPolicy;
  readonly slack?: ScriptedSlackOptions;
  /** The way to Slack; without one, directly. */
  readonly outbound?: Outbound;
  /** Instead of Slack itself, such as a proxy before it. */
  readonly apiUrl?: (slack: ScriptedSlack) => string;
}

/** A scripted Slack with one app in one workspace, and this program's sockets for it. */
export class SocketsWorld {
  readonly events: SocketEvent[] = [];
  readonly envelopes: Envelope[] = [];
  readonly sockets: SlackSockets;
  readonly app: SlackApp;
  readonly installation: SlackInstallation;
  readonly token: string;
  /** What happens to each envelope; by default it is acknowledged at once. */
  onEnvelope: (envelope: Envelope) => void = (envelope) => void envelope.acknowledge();

  private constructor(
    readonly slack: ScriptedSlack,
    options: SocketsWorldOptions,
  ) {
    this.app = slack.addApp('Sockets');
    this.installation = slack.install(this.app, slack.addWorkspace('Workspace'));
    this.token = this.app.createAppToken();
    this.sockets = createSlackSockets({
      apiUrl: options.apiUrl?.(slack) ?? slack.apiUrl,
      clock: options.clock ?? systemClock,
      random: seededRandom(options.seed ?? 1),
      log: pino({ enabled: false }),
      policy: options.policy ?? DEFAULT_POLICY,
      ...(options.outbound === undefined ? {} : { outbound: options.outbound }),
      onEnvelope: (envelope) => {
        this.envelopes.push(envelope);
        this.onEnvelope(envelope);
      },
    });
    this.sockets.events.subscribe((event) => this.events.push(event));
  }

  static async start(options: SocketsWorldOptions = {}): Promise<SocketsWorld> {
    const slack = await startScriptedSlack({
      clock: options.clock ?? systemClock,
      seed: options.seed ?? 1,
      ...options.slack,
    });
    return new SocketsWorld(slack, options);
  }

  /** Wants sockets, and waits until Slack has greeted both. */
  async open(): Promise<void> {
    this.want(this.token);
    await this.live();
  }

  /** Wants sockets with these tokens, which were saved on the page one after the other. */
  want(...tokens: string[]): void {
    const saved = tokens.map((token, setAt) => ({ token, setAt, isProven: true }));
    this.sockets.reconcile(new Map([[this.app.id, saved]]));
  }

  /** Resolves when the pool has all the sockets that it wants. */
  async live(limit = 10_000): Promise<void> {
    await this.until(() => this.status?.t === 'live', 'all sockets live', limit);
  }

  get status() {
    return this.sockets.status(this.app.id);
  }

  /** Resolves when `condition` holds, looked at after each event of the sockets; fails after `limit` real milliseconds. */
  async until(condition: () => boolean, what: string, limit = 10_000): Promise<void> {
    if (condition()) return;
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => {
        leave();
        reject(new Error(`did not happen within ${limit} ms: ${what}; ${JSON.stringify(this.status)}`));
      }, limit);
      const leave = this.sockets.events.subscribe(() => {
        if (!condition()) return;
        clearTimeout(timer);
        leave();
        resolve();
      });
    });
  }

  async stop(): Promise<void> {
    await this.sockets.stop();
    await this.slack.stop();
  }
}
