import type { Status } from '../../autokitteh/status.js';
import type { Clock, Timer } from '../../core/clock.js';
import { Background } from '../../core/lifecycle.js';
import type { Log } from '../../core/log.js';
import type { Random } from '../../core/random.js';
import { errorMessage } from '../../core/errors.js';
import type { Installation } from '../../events/installation.js';
import { IdentityCache, type IdentitySource } from './identity.js';
import type { LivePolicy, Server, Sockets } from './ports.js';
import { Reconciler } from './reconciler.js';
import { Registry, type Entry } from './registry.js';
import { isSocketMode } from './setup-state.js';
import { INIT_REQUIRED, statusOf } from './status.js';
import { StatusPublisher } from './status-publisher.js';
import { wantedApps } from './wanted-apps.js';

export interface LiveOptions {
  readonly integrationId: string;
  readonly server: Server;
  readonly sockets: Sockets;
  readonly identitySource: IdentitySource;
  readonly clock: Clock;
  readonly random: Random;
  readonly policy: LivePolicy;
  readonly log: Log;
  /** Why events cannot be taken or delivered at present, in a sentence. */
  readonly trouble: () => string | undefined;
}

/**
 * The connections of this integration as they are now: which there are, how each fares, which app's sockets are
 * wanted, and to whom an event belongs. Everything is learnt from the server and from Slack; nothing is stored here.
 */
export class LiveConnections {
  readonly #options: LiveOptions;
  readonly #registry = new Registry();
  readonly #identities: IdentityCache;
  readonly #background: Background;
  readonly #reconciler: Reconciler;
  readonly #publisher: StatusPublisher;
  #comparing: Timer | undefined;
  #stopped = false;

  constructor(options: LiveOptions) {
    const { clock, log, policy, random, server, integrationId } = options;
    this.#options = options;
    this.#background = new Background((name, error) =>
      log.error({ reason: errorMessage(error) }, `${name} failed`),
    );
    this.#identities = new IdentityCache(options.identitySource, clock);
    this.#publisher = new StatusPublisher({
      push: (id, status) => server.pushStatus(id, status),
      background: this.#background,
      settleMs: policy.settleMs,
      clock,
      log,
    });
    this.#reconciler = new Reconciler({
      overwritten: (record) => this.#publisher.overwritten(record.id, record.status),
      looked: () => this.#looked(),
      background: this.#background,
      registry: this.#registry,
      identities: this.#identities,
      ...{ integrationId, server, clock, random, policy, log },
    });
  }

  start(): void {
    this.#reconciler.start();
    this.#compareLater();
  }

  /** Ends every look and waits for what is under way. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#comparing?.cancel();
    this.#reconciler.stop();
    await this.#background.idle();
  }

  /** Something may have changed on the server: looks soon, and at this connection's variables if one is named. */
  noticeChange(connectionId?: string): void {
    this.#reconciler.look(connectionId);
  }

  /** Slack announced that tokens of this installation may be gone. */
  doubtTokens(installation: Installation): void {
    for (const id of this.#registry.connectionsOf(installation)) {
      const setup = this.#registry.get(id)?.setup;
      if (setup?.t === 'complete') this.#identities.doubt(setup.botToken);
    }
    this.#identifyAll();
  }

  /** The connections that get an installation's events. */
  connectionsOf(installation: Installation): string[] {
    return this.#registry.connectionsOf(installation);
  }

  entry(connectionId: string): Entry | undefined {
    return this.#registry.get(connectionId);
  }

  entries(): Entry[] {
    return [...this.#registry.all()];
  }

  /** The Slack apps whose sockets are wanted. */
  apps(): string[] {
    return [...wantedApps(this.#registry.all()).keys()];
  }

  /** Whether it is a connection of this integration; looks at the server before it says no. */
  async knows(connectionId: string): Promise<boolean> {
    if (this.#registry.get(connectionId) !== undefined) return true;
    await this.#patiently(this.#reconciler.looked(connectionId));
    return this.#registry.get(connectionId) !== undefined;
  }

  /** Whether it is a connection that uses Socket Mode, set up completely or not. */
  async isSocketMode(connectionId: string): Promise<boolean> {
    await this.#patiently(this.#reconciler.looked(connectionId));
    const entry = this.#registry.get(connectionId);
    return entry !== undefined && usesSocketMode(entry);
  }

  /** The status of a connection from live facts; an empty or unknown id is a connection not set up yet. */
  status(connectionId: string): Status {
    const entry = this.#registry.get(connectionId);
    return entry === undefined ? INIT_REQUIRED : this.#statusOf(entry);
  }

  /** The status after the connection's variables were read anew, or what is known when the server is slow. */
  async freshStatus(connectionId: string): Promise<Status> {
    if (connectionId === '') return INIT_REQUIRED;
    await this.#patiently(this.#reconciler.looked(connectionId));
    return this.status(connectionId);
  }

  /** Asks Slack about the bot token now, then gives the status. */
  async test(connectionId: string): Promise<Status> {
    await this.#patiently(this.#reconciler.looked(connectionId));
    const setup = this.#registry.get(connectionId)?.setup;
    if (setup?.t === 'complete') {
      this.#identities.doubt(setup.botToken);
      this.#registry.identify(connectionId, await this.#identities.get(setup.botToken));
    }
    return this.status(connectionId);
  }

  /** All variables of a connection, as sessions get them; from memory, and empty when they could never be read. */
  async config(connectionId: string): Promise<Readonly<Record<string, string>>> {
    if (this.#registry.get(connectionId)?.variables === undefined) {
      await this.#patiently(this.#reconciler.looked(connectionId));
    }
    return Object.fromEntries(this.#registry.get(connectionId)?.variables ?? []);
  }

  /** Why the server cannot be asked, if it cannot. */
  get serverDown(): string | undefined {
    return this.#reconciler.down;
  }

  #looked(): void {
    if (this.#stopped) return;
    const ids = new Set(this.entries().map(({ record }) => record.id));
    this.#publisher.retain(ids);
    for (const { record } of this.#registry.all()) this.#publisher.listed(record.id, record.status);
    this.#identifyAll();
    this.#options.sockets.reconcile(wantedApps(this.#registry.all()));
    this.#compare();
  }

  #identifyAll(): void {
    const tokens = new Set<string>();
    for (const { record, setup } of this.entries()) {
      if (setup.t !== 'complete') continue;
      tokens.add(setup.botToken);
      this.#background.run('ask Slack who a token is', async () => {
        const identity = await this.#identities.get(setup.botToken);
        this.#registry.identify(record.id, identity);
      });
    }
    this.#identities.retain(tokens);
  }

  #compareLater(): void {
    this.#comparing = this.#options.clock.setTimer(this.#options.policy.compareMs, () => {
      this.#compare();
      this.#compareLater();
    });
  }

  #compare(): void {
    for (const entry of this.#registry.all()) {
      if (!usesSocketMode(entry)) continue;
      this.#publisher.update(entry.record.id, this.#statusOf(entry));
    }
  }

  #statusOf(entry: Entry): Status {
    const { sockets, trouble } = this.#options;
    const { setup } = entry;
    const complete = setup.t === 'complete';
    return statusOf({
      entry,
      sockets: complete ? sockets.health(setup.appId) : { t: 'opening' },
      tokenProblem: complete ? sockets.tokenProblem(setup.appId, setup.appToken) : undefined,
      trouble: trouble(),
    });
  }

  // A caller gets what is known when the server takes too long: its own deadline is short.
  async #patiently(work: Promise<void>): Promise<void> {
    let timer: Timer | undefined;
    const late = new Promise<void>((resolve) => {
      timer = this.#options.clock.setTimer(this.#options.policy.answerMs, resolve);
    });
    await Promise.race([work, late]);
    timer?.cancel();
  }
}

// Until its variables were read nothing is known of it; other ways of connecting are the server's to judge.
function usesSocketMode({ variables, setup }: Entry): boolean {
  if (variables === undefined || setup.t === 'other') return false;
  return setup.t !== 'new' || isSocketMode(variables.get('auth_type') ?? '');
}
