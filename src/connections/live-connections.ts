import { setMaxListeners } from 'node:events';
import type { AutoKitteh } from '../autokitteh/client.js';
import type { Status } from '../autokitteh/status.js';
import { Channel } from '../core/channel.js';
import type { Clock } from '../core/clock.js';
import { errorMessage, PluginError } from '../core/errors.js';
import type { Health } from '../core/health.js';
import { Background } from '../core/lifecycle.js';
import type { Log } from '../core/log.js';
import type { Random } from '../core/random.js';
import type { Installation } from '../events/installation.js';
import type { SlackSite } from '../slack/app-pages.js';
import type { SlackSockets } from '../slack/sockets.js';
import type { Notifications } from '../storage/cluster.js';
import type { TokenStore } from '../storage/tokens.js';
import { ConnectionQueries } from './connection-queries.js';
import { ConnectionStatuses, type Speaker } from './connection-statuses.js';
import { askingAlone, type Division } from './division.js';
import { publishFinalStatuses } from './final-statuses.js';
import { Identification } from './identification.js';
import type { AskSlack } from './bot-identity.js';
import type { LivePolicy } from './policy.js';
import { Reconciler, type RoundResult } from './reconciler.js';
import { Registry } from './registry.js';
import { INIT_REQUIRED } from './status.js';
import { TokenMemory } from './token-memory.js';
import { Undecided } from './undecided.js';
import { VariableReads } from './variable-reads.js';
import { appsToServe, WantedApps } from './wanted-apps.js';
import type { BotOwner } from './whose-bot.js';

export interface LiveOptions {
  readonly integrationId: string;
  readonly server: Pick<
    AutoKitteh,
    'findActiveConnections' | 'listConnections' | 'variables' | 'pushStatus' | 'refreshStatus'
  >;
  readonly sockets: Pick<SlackSockets, 'reconcile' | 'status' | 'events'>;
  /** Who brings statuses to the server; this process, unless said. */
  readonly speaker?: Speaker;
  /** Who asks AutoKitteh and Slack; this process, unless said. */
  readonly division?: Division;
  /** The other processes that serve the same connections, if there are any. */
  readonly notifications?: Notifications;
  readonly ask: AskSlack;
  readonly slackSite: SlackSite;
  /** Where what Slack said about tokens is kept over restarts. */
  readonly tokens: TokenStore;
  readonly clock: Clock;
  readonly random: Random;
  readonly policy: LivePolicy;
  readonly log: Log;
  /** Is told whether the server can be asked; says what keeps events from being taken or delivered. */
  readonly health: Health;
}

const SPEAKS_ALONE: Speaker = {
  speaksFor: () => 'always',
  hasOthers: () => false,
  changed: new Channel(),
};

/**
 * The connections of this integration as they are now: which there are, how each fares, which app's sockets are
 * wanted, and to whom an event belongs. Everything is learnt from the server and from Slack; what Slack said about tokens
 * is remembered.
 */
export class LiveConnections {
  /** Emits after each look at the server, whether or not something changed. */
  readonly refreshed = new Channel<undefined>();
  /** Emits the ids of all connections each time that the server has told them, and not when it could not be asked. */
  readonly listed = new Channel<ReadonlySet<string>>();
  /** Emits each time that the server did not tell which connections there are. */
  readonly lookFailed = new Channel<undefined>();
  readonly #options: LiveOptions;
  /** What is known of each of them. */
  readonly registry = new Registry();
  /** What is asked about one of them, with the server's word of this moment. */
  readonly queries: ConnectionQueries;
  readonly #memory: TokenMemory;
  readonly #identification: Identification;
  readonly #undecided: Undecided;
  readonly #wanted: WantedApps;
  readonly #background: Background;
  readonly #division: Division;
  readonly #reads: VariableReads;
  readonly #reconciler: Reconciler;
  readonly #statuses: ConnectionStatuses;
  readonly #stopping = new AbortController();
  #finalStatuses: Promise<void> | undefined;

  constructor(options: LiveOptions) {
    const { clock, health, log, policy, random, server, integrationId } = options;
    this.#options = options;
    this.#background = new Background((name, error) =>
      log.error({ reason: errorMessage(error) }, `${name} failed`),
    );
    const { signal } = this.#stopping;
    // One for each question that is under way; none stays.
    setMaxListeners(0, signal);
    this.#memory = new TokenMemory({ store: options.tokens, background: this.#background, clock, log });
    const { registry } = this;
    const memory = this.#memory;
    const division = options.division ?? askingAlone();
    this.#division = division;
    this.#wanted = new WantedApps({ registry, memory, clock });
    this.#identification = new Identification({
      registry,
      memory,
      ask: options.ask,
      changed: () => this.#identified(),
      background: this.#background,
      ...{ division, clock, random, log, policy, signal },
    });
    this.#undecided = new Undecided({ registry, identification: this.#identification, clock, policy });
    this.#statuses = new ConnectionStatuses({
      slackSite: options.slackSite,
      registry,
      sockets: options.sockets,
      speaker: options.speaker ?? SPEAKS_ALONE,
      isFollowed: ({ setup }) =>
        setup.t !== 'complete' ||
        division.asksAbout(setup.appId) ||
        this.#identification.isFresh(setup.botToken),
      push: async (id, status) => {
        await server.pushStatus(id, status, signal);
        // It may have covered the server's own, which says that variables have changed since they were read.
        this.#reads.next(id, false);
      },
      refresh: (id) => server.refreshStatus(id, signal),
      background: this.#background,
      ...{ clock, random, log, policy, health },
    });
    this.#reads = new VariableReads({
      overwritten: (record) => this.#statuses.overwritten(record),
      found: (id) => void options.notifications?.changed(id),
      background: this.#background,
      ...{ server, registry, division, clock, random, policy, log, signal },
    });
    this.#reconciler = new Reconciler({
      listed: (ids) => this.listed.emit(ids),
      ended: (round) => this.#looked(round),
      background: this.#background,
      reads: this.#reads,
      ...{ integrationId, server, registry, division, clock, policy, log, health, signal },
    });
    this.queries = new ConnectionQueries({
      reads: this.#reads,
      reconciler: this.#reconciler,
      identification: this.#identification,
      division,
      current: (id) => this.current(id),
      ...{ registry, clock, policy },
    });
  }

  start(): void {
    this.#options.notifications?.listen((connectionId) => this.#learnOf(connectionId));
    this.#division.membersChanged.subscribe(() => this.#reconciler.look());
    this.#reconciler.look();
  }

  /** Tells the server that the program is not running, unless another process goes on; those connections first whose events are missed. Never rejects. */
  publishFinalStatuses(): Promise<void> {
    this.#finalStatuses ??= this.#publishFinalStatuses();
    return this.#finalStatuses;
  }

  /** Ends every look, also the one that is under way: a server that does not answer must not hold us. */
  async stop(): Promise<void> {
    await this.publishFinalStatuses();
    this.#stopping.abort(new PluginError('stopped', 'stopping'));
    this.#identification.stop();
    this.#reconciler.stop();
    await this.#background.idle();
  }

  /** Something may have changed on the server: looks soon, and at this connection's variables if one is named. */
  noticeChange(connectionId?: string): void {
    if (connectionId === undefined) this.#reconciler.look();
    else void this.announceChange(connectionId);
  }

  /** The same, of a connection. Resolves when the other processes know of it too, or after two seconds; never rejects. */
  async announceChange(connectionId: string): Promise<void> {
    this.#reads.next(connectionId, true);
    this.#reconciler.look();
    await this.#options.notifications?.changed(connectionId);
  }

  /** Slack announced that tokens of this installation may be gone. */
  verifyTokens(installation: Installation): void {
    const ids = this.registry.connectionsOf(installation, true);
    for (const id of ids) this.#identification.invalidate(id);
    this.#background.run('verify tokens with Slack', () => this.#identification.of(ids));
  }

  /**
   * Whether Slack has said since the start whose every active connection of an app is. Nothing if it has, or if the
   * app's time for that is over; else Slack is asked, and the answer is true if it said so within a second.
   */
  identified({ appId }: Installation): Promise<boolean> | undefined {
    return this.#undecided.identified(appId);
  }

  /** A person saved two tokens, of which Slack said that they are of one app. */
  learn(
    tokens: { readonly botToken: string; readonly appToken: string },
    owner: BotOwner,
    teamName: string,
  ): void {
    this.#identification.learn(tokens, owner, teamName);
  }

  /** Slack greeted a socket of this app that was opened with this app-level token. */
  tokenOpened(appToken: string, appId: string): void {
    this.#memory.rememberAppLevel(appToken, appId);
  }

  /** Slack refused this app-level token. */
  tokenRefused(appToken: string): void {
    this.#memory.forget(appToken);
  }

  /** The Slack apps whose sockets are wanted. */
  apps(): string[] {
    return [...this.#wanted.apps.keys()];
  }

  /**
   * The Slack apps of all active connections, but for those of which Slack said that the bot token is not the app's;
   * undefined until the server has told which connections there are and what their variables hold.
   */
  appsToServe(): string[] | undefined {
    return this.#reconciler.hasLooked ? appsToServe(this.registry.all(), this.#division) : undefined;
  }

  /** The status of a connection from live facts; an empty or unknown id is a connection not set up yet. */
  current(connectionId: string): Status {
    const entry = this.registry.get(connectionId);
    return entry === undefined ? INIT_REQUIRED : this.#statuses.of(entry);
  }

  /**
   * Somebody wrote to it through another process, or without an id, other connections are there. Resolves when the events of the
   * connection are delivered here as they are there.
   */
  async #learnOf(connectionId: string | undefined): Promise<void> {
    if (connectionId === undefined) {
      this.#reconciler.look();
      return;
    }
    this.#reads.next(connectionId, true);
    await this.#reconciler.looked();
    const setup = this.registry.get(connectionId)?.setup;
    if (setup?.t === 'complete' && this.#division.asksAbout(setup.appId))
      await this.#identification.of([connectionId]);
  }

  #looked({ hasAsked, hasAnswered, isNews, told }: RoundResult): void {
    if (this.#stopping.signal.aborted) return;
    if (!hasAnswered) this.lookFailed.emit(undefined);
    // The others look themselves when there is something new, or when this process cannot.
    if (hasAsked && isNews && this.#division.looks()) this.#options.notifications?.listChanged();
    // What it said earlier tells nothing of the statuses that were brought to it since.
    if (hasAnswered) this.#background.run('noting statuses', () => this.#statuses.listed(told));
    this.#statuses.sweep();
    this.#background.run('verify tokens with Slack', () => this.#identification.all());
    if (this.#wanted.isDue) this.#identified();
    else this.refreshed.emit(undefined);
  }

  #identified(): void {
    if (this.#stopping.signal.aborted) return;
    const apps = this.#wanted.decide();
    this.#statuses.wanted(apps);
    this.#options.sockets.reconcile(apps);
    this.refreshed.emit(undefined);
  }

  #publishFinalStatuses(): Promise<void> {
    const quiet = this.#statuses.stop();
    const { clock, log, policy, server, speaker } = this.#options;
    // The others go on, and bring the statuses.
    if (speaker?.hasOthers() === true) return quiet;
    return publishFinalStatuses({
      quiet,
      entries: this.registry.all(),
      push: (id, status, signal) => server.pushStatus(id, status, signal),
      limitMs: policy.finalStatusesMs,
      ...{ clock, log },
    });
  }
}
