import type { Status } from '../autokitteh/status.js';
import type { Channel } from '../core/channel.js';
import type { Clock } from '../core/clock.js';
import type { Condition, Health } from '../core/health.js';
import { inTurns } from '../core/in-turns.js';
import type { Background } from '../core/lifecycle.js';
import type { Log } from '../core/log.js';
import type { Random } from '../core/random.js';
import type { SlackSite } from '../slack/app-pages.js';
import type { SocketEvent } from '../slack/events.js';
import type { AppToken, SlackSockets } from '../slack/sockets.js';
import { AppStatuses } from './app-statuses.js';
import { DueComparisons } from './due-comparisons.js';
import type { LivePolicy } from './policy.js';
import type { Entry, Registry } from './registry.js';
import { isOthers, usesSocketMode } from './variables.js';
import { statusOf } from './status.js';
import { StatusPublisher, type PushStatus, type RefreshStatus } from './status-publisher.js';

/** Which of the processes that share the connections brings a status to the server. */
export interface Speaker {
  /**
   * Whether this process does so for an app, or for a connection without one; `once` if it was the one to do so when it last
   * knew the others, and no longer knows them: what another one says then is left as it is.
   */
  speaksFor(id: string): 'always' | 'once' | 'never';
  /** Whether others are there that are not stopping. */
  hasOthers(): boolean;
  readonly changed: Channel<undefined>;
}

export interface ConnectionStatusesOptions {
  readonly slackSite: SlackSite;
  readonly registry: Registry;
  readonly sockets: Pick<SlackSockets, 'status' | 'events'>;
  readonly speaker: Speaker;
  /** Whether this process asks Slack about the connection's bot token, or has just done so. */
  readonly isFollowed: (entry: Entry) => boolean;
  readonly health: Health;
  readonly push: PushStatus;
  readonly refresh: RefreshStatus;
  readonly policy: LivePolicy;
  readonly background: Background;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
}

// What is noted of one takes a microsecond.
const NOTED_A_TURN = 500;

// Not `server`: the server itself is the reader of statuses, and a status cannot be pushed to it while it is away.
const CONDITIONS: readonly Condition[] = ['journal', 'delivery', 'rights'];

/**
 * Keeps the statuses on the server true. A connection's status is compared with what the server holds when something that
 * it depends on was announced: a change of the connection, of its app's sockets, or of the program's health. A slow sweep
 * compares all of them, whatever was announced.
 */
export class ConnectionStatuses {
  readonly #options: ConnectionStatusesOptions;
  readonly #apps: AppStatuses;
  readonly #publisher: StatusPublisher;
  readonly #due: DueComparisons;
  readonly #unsubscribe: readonly (() => void)[];
  /** Apps whose sockets' status has changed in this turn. */
  readonly #changedApps = new Set<string>();
  /** Brought to the server since the others are not known any more. */
  readonly #saidOnce = new Set<string>();
  #sweptAt: number;

  constructor(options: ConnectionStatusesOptions) {
    const { clock, health, policy, registry, sockets, speaker } = options;
    this.#options = options;
    this.#sweptAt = clock.monotonic();
    this.#apps = new AppStatuses(sockets);
    this.#due = new DueComparisons({ clock, compare: (id) => this.#compare(id) });
    this.#publisher = new StatusPublisher({
      settleMs: policy.settleMs,
      retry: policy.statusRetry,
      ended: (id) => {
        this.#due.add(id);
        this.#due.wake();
      },
      ...options,
    });
    this.#unsubscribe = [
      sockets.events.subscribe((event) => this.#onSocketEvent(event)),
      health.changed.subscribe((condition) => {
        if (CONDITIONS.includes(condition)) this.#addAll();
      }),
      registry.changed.subscribe((id) => this.#due.add(id)),
      speaker.changed.subscribe(() => this.#addAll()),
    ];
  }

  /** The status of a connection from live facts; where only other processes ask for these, what one of them has told the server. */
  of(entry: Entry): Status {
    const { setup } = entry;
    if (!this.#options.isFollowed(entry)) return entry.record.status;
    return statusOf({
      entry,
      sockets: setup.t === 'complete' ? this.#apps.of(setup.appId) : undefined,
      token: setup.t === 'complete' ? this.#apps.token(setup.appId, setup.appToken) : undefined,
      slackSite: this.#options.slackSite,
      trouble: this.#options.health.problems(...CONDITIONS)[0],
    });
  }

  /** Other apps, or other tokens of theirs, are wanted from now on. */
  wanted(apps: ReadonlyMap<string, readonly AppToken[]>): void {
    this.#apps.replace(apps);
  }

  /** The server has told which statuses it holds of these connections. */
  async listed(ids: Iterable<string>): Promise<void> {
    await inTurns(ids, NOTED_A_TURN, (id) => {
      const entry = this.#options.registry.get(id);
      if (entry !== undefined && this.#publisher.listed(id, entry.record.status)) this.#due.add(id);
    });
  }

  /** Compares all, if that is due. */
  sweep(): void {
    const { clock, policy } = this.#options;
    if (clock.monotonic() - this.#sweptAt < policy.statusSweepMs) return;
    this.#sweptAt = clock.monotonic();
    this.#apps.forgetAll();
    this.#addAll();
  }

  /** Whether the server holds another status than the one brought to it. */
  overwritten({ id, status }: Entry['record']): boolean {
    // Where another process brings it, any change may be that of the server itself.
    const isOthers = this.#speaksFor(id) === 'never';
    return this.#publisher.overwritten(id, status) || (isOthers && this.#publisher.isNews(id, status));
  }

  /** Compares and brings nothing more. Resolves when nothing is on its way any more. */
  stop(): Promise<void> {
    for (const unsubscribe of this.#unsubscribe) unsubscribe();
    this.#due.stop();
    return this.#publisher.stop();
  }

  #compare(connectionId: string): number | undefined {
    const entry = this.#options.registry.get(connectionId);
    if (entry === undefined) {
      this.#publisher.forget(connectionId);
      this.#saidOnce.delete(connectionId);
      return undefined;
    }
    if (isOthers(entry)) return this.#publisher.takeBack(connectionId);
    if (!usesSocketMode(entry)) return undefined;
    const speaks = this.#speaksFor(connectionId);
    if (speaks === 'always') this.#saidOnce.delete(connectionId);
    if (speaks === 'never' || this.#saidOnce.has(connectionId)) return undefined;
    const again = this.#publisher.update(connectionId, this.of(entry));
    if (speaks === 'once' && again === Infinity) this.#saidOnce.add(connectionId);
    return again;
  }

  #speaksFor(connectionId: string): ReturnType<Speaker['speaksFor']> {
    const setup = this.#options.registry.get(connectionId)?.setup;
    return this.#options.speaker.speaksFor(setup?.t === 'complete' ? setup.appId : connectionId);
  }

  #addAll(): void {
    const { background, registry } = this.#options;
    background.run('comparing all statuses', () =>
      inTurns(registry.all(), NOTED_A_TURN, ({ record }) => this.#due.add(record.id)),
    );
  }

  #onSocketEvent(event: SocketEvent): void {
    if (event.t !== 'status_changed' && event.t !== 'app_released') return;
    this.#apps.forget(event.appId);
    // The connections are looked through once for all that an app announces in one turn.
    if (this.#changedApps.size === 0) queueMicrotask(() => this.#addOfChangedApps());
    this.#changedApps.add(event.appId);
  }

  #addOfChangedApps(): void {
    for (const appId of this.#changedApps)
      for (const id of this.#options.registry.idsOfApp(appId)) this.#due.add(id);
    this.#changedApps.clear();
  }
}
