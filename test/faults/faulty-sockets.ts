import { sleep, type Clock } from '../../src/core/clock.js';
import { createOutbound } from '../../src/core/outbound.js';
import { NO_PROXIES, parseProxy } from '../../src/core/proxy.js';
import { seededRandom, type Random } from '../../src/core/random.js';
import type { SlackApp, SlackInstallation } from '../../src/sim/slack/directory/entities.js';
import type { DeliveryDisorder } from '../../src/sim/slack/faults/kinds.js';
import type { Frame } from '../../src/sim/slack/frames/draft.js';
import { appRateLimited } from '../../src/sim/slack/frames/happenings.js';
import { blockAction, optionsRequest, viewSubmission } from '../../src/sim/slack/frames/interactions.js';
import { appMention, message } from '../../src/sim/slack/frames/messages.js';
import { slashCommand } from '../../src/sim/slack/frames/slash-command.js';
import type { LinkSocket } from '../../src/sim/slack/link/link-socket.js';
import type { ScriptedSlackOptions } from '../../src/sim/slack/options.js';
import type { ScriptedSlack } from '../../src/sim/slack/scripted-slack.js';
import type { Envelope } from '../../src/slack/envelope.js';
import type { SlackSockets } from '../../src/slack/sockets.js';
import { startConnectProxy, type ConnectProxy } from '../helpers/connect-proxy.js';
import { SHORT_WAITS } from '../world/policies.js';
import { SocketsWorld } from '../world/sockets.js';
import { ClientClock } from './client-clock.js';
import { SocketsWatch } from './sockets-watch.js';

/** A name that only the proxy resolves. */
const BEHIND_PROXY = 'slack.test';
const PAYLOADS_EVERY_MS = 200;
const FRAMES = [
  message,
  appMention,
  appRateLimited,
  blockAction,
  viewSubmission,
  optionsRequest,
  slashCommand,
] as const;
/** Of the acknowledgements, these come late, by up to so much. */
const SLOW_SHARE = 0.2;
const SLOW_MS = 1_500;

/** One app on a scripted Slack of its own, the sockets under test, and payloads at a steady rate. */
export class FaultySockets {
  readonly slack: ScriptedSlack;
  readonly app: SlackApp;
  readonly installation: SlackInstallation;
  readonly sockets: SlackSockets;
  readonly watch: SocketsWatch;
  /** Acknowledgements of what arrives from now on wait for so long; else most go at once. */
  holdMs: number | undefined;
  /** Slack's ends of paths that fell silent, whatever became of them. */
  readonly frozen = new Set<LinkSocket>();
  /** Of deliveries, in this run. */
  disorder: DeliveryDisorder = {};
  #tokens: { token: string; setAt: number }[];
  #sending = false;

  private constructor(
    world: SocketsWorld,
    readonly clock: Clock,
    readonly clientClock: ClientClock,
    readonly random: Random,
    /** The only way to Slack, if there is one. */
    readonly proxy: ConnectProxy | undefined,
  ) {
    this.slack = world.slack;
    this.app = world.app;
    this.installation = world.installation;
    this.sockets = world.sockets;
    this.#tokens = [{ token: world.token, setAt: 0 }];
    this.watch = new SocketsWatch(clock, world.slack, world.app, world.sockets.events);
    world.onEnvelope = (envelope) => this.#receive(envelope);
  }

  static async start(
    clock: Clock,
    seed: number,
    options: ScriptedSlackOptions,
    isProxied: boolean,
  ): Promise<FaultySockets> {
    const random = seededRandom(seed);
    const clientClock = new ClientClock(clock);
    const hosts: Record<string, number> = {};
    const proxy = isProxied ? await startConnectProxy({ hosts }) : undefined;
    const world = await SocketsWorld.start({
      seed,
      clock: clientClock,
      policy: SHORT_WAITS,
      outbound: createOutbound(
        proxy === undefined ? NO_PROXIES : { ...NO_PROXIES, http: parseProxy(proxy.url) },
      ),
      slack: {
        clock,
        frozenFor: 5_000 + random() * 25_000,
        droppedFor: random() < 0.5 ? 0 : random() * 10_000,
        ...(isProxied ? { publicUrl: `http://${BEHIND_PROXY}` } : {}),
        ...options,
      },
    });
    // Nothing was opened yet.
    hosts[BEHIND_PROXY] = Number(new URL(world.slack.url).port);
    return new FaultySockets(world, clock, clientClock, random, proxy);
  }

  /** Ends Slack and the proxy. */
  async end(): Promise<void> {
    await this.slack.stop();
    await this.proxy?.vanish();
  }

  /** A new token, the newest of those that are wanted from now on. */
  addToken(): string {
    const token = this.app.createAppToken();
    this.#tokens.push({ token, setAt: this.#tokens.length });
    this.setWanted(true);
    return token;
  }

  dropToken(token: string): void {
    this.#tokens = this.#tokens.filter((each) => each.token !== token);
    this.setWanted(true);
  }

  get newestToken(): string {
    return this.#tokens.at(-1)?.token ?? '';
  }

  setWanted(wanted: boolean): void {
    if (!wanted) this.watch.unwanted();
    this.sockets.reconcile(wanted ? new Map([[this.app.id, [...this.#tokens]]]) : new Map());
  }

  /** Slack's sockets that are open. */
  open(): LinkSocket[] {
    return this.slack.sockets(this.app);
  }

  /** One of a list. */
  one<Item>(list: readonly Item[]): Item {
    const item = list[Math.floor(this.random() * list.length)];
    if (item === undefined) throw new Error('nothing to choose from');
    return item;
  }

  /** Whether an app has what it should have without load; more sockets wait for the budget for minutes. */
  get isLive(): boolean {
    const status = this.sockets.status(this.app.id);
    return status !== undefined && status.sockets >= SHORT_WAITS.pool.sockets;
  }

  /** An event, an interaction or a slash command. */
  frame(): Frame {
    return this.one(FRAMES)();
  }

  sendSteadily(): void {
    this.#sending = true;
    const next = (): void => {
      if (!this.#sending) return;
      this.slack.send(this.installation, this.frame());
      this.clock.setTimer(PAYLOADS_EVERY_MS, next);
    };
    next();
  }

  stopSending(): void {
    this.#sending = false;
  }

  pause(ms: number): Promise<void> {
    return sleep(this.clock, ms);
  }

  #receive(envelope: Envelope): void {
    const receipt = this.watch.received(envelope);
    const answer = async (): Promise<void> => {
      const payload = envelope.acceptsResponsePayload ? { text: 'taken' } : undefined;
      receipt.answeredAt = this.clock.now();
      receipt.how = await envelope.acknowledge(payload);
    };
    const slow = this.random() < SLOW_SHARE ? this.random() * SLOW_MS : 0;
    const delay = this.holdMs ?? slow;
    if (delay === 0) void answer();
    else this.clock.setTimer(delay, () => void answer());
  }
}
