import { Channel } from '../core/channel.js';
import { sleep, type Clock } from '../core/clock.js';
import type { Log } from '../core/log.js';
import { isSameShare, type SocketPlace, type SocketPlaces, type SocketShare } from '../slack/places.js';
import type { SocketPolicy } from '../slack/policy.js';
import type { Acknowledgement, Cluster } from '../storage/cluster.js';
import { AppReports } from './app-report.js';
import type { Speaker } from './connection-statuses.js';
import type { Division } from './division.js';
import { RankedMembers } from './ranked-members.js';

// So many members open sockets of one app: any of them may be lost without a moment in which the app has none.
const HOSTS = 2;

// After an app has had no live socket elsewhere for this long, its host opens a second one; and after as long again for each
// rank, members open one that are no hosts.
const PATIENCE_MS = 10_000;

// The member with the strongest claim on this name asks AutoKitteh which connections there are.
const LOOK = 'look';

// A member that stops hands its sockets over for so long at most.
const HAND_OVER_MS = 20_000;
const HAND_OVER_STEP_MS = 250;

export interface HostsOptions {
  readonly cluster: Cluster;
  readonly policy: SocketPolicy['pool'];
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * Which apps this process opens sockets of, and how many, among those that share the journal: the two members with the
 * strongest claim on an app are its hosts. Sockets that were opened here and belong elsewhere now are kept until those of the
 * hosts are live, so that an app is never without one.
 */
export class Hosts implements SocketPlaces, Speaker, Division {
  /** Emits when here() may answer something else, and when another member is the one to speak for an app. */
  readonly changed = new Channel<undefined>();
  readonly membersChanged: Channel<undefined>;
  /** Emits an app of whose sockets in other processes something else is known than before. */
  readonly appChanged = new Channel<string>();
  /** What the processes tell each other of their sockets. */
  readonly reports: AppReports;
  readonly #options: HostsOptions;
  readonly #members: RankedMembers;
  readonly #asked = new Set<string>();
  /** Apps whose sockets may be closed here. */
  readonly #left = new Set<string>();
  /** Since when an app has had no live socket in other processes, on the monotonic clock. */
  readonly #aloneSince = new Map<string, number>();
  #shares = new Map<string, SocketShare>();
  #wanted: ReadonlySet<string> = new Set();

  constructor(options: HostsOptions) {
    this.#options = options;
    const { membership, reports, slots } = options.cluster;
    this.#members = new RankedMembers(membership, options.log);
    this.reports = new AppReports({ reports, slots, nameOf: (instance) => this.#members.nameOf(instance) });
    this.membersChanged = this.#members.changed;
    this.membersChanged.subscribe(() => this.changed.emit(undefined));
    const announce = (appIds: ReadonlySet<string>): void => {
      for (const appId of appIds) this.appChanged.emit(appId);
    };
    slots.changed.subscribe(announce);
    reports.changed.subscribe(announce);
    slots.looked.subscribe(() => this.#review());
  }

  /** Of the apps whose sockets are wanted, those of which some are wanted here. */
  here<Value>(wanted: ReadonlyMap<string, Value>): ReadonlyMap<string, Value> {
    this.#wanted = new Set(wanted.keys());
    for (const appId of this.#left) if (!wanted.has(appId)) this.#left.delete(appId);
    for (const appId of this.#aloneSince.keys()) if (!wanted.has(appId)) this.#aloneSince.delete(appId);
    this.#decideAll();
    return new Map([...wanted].filter(([appId]) => this.#shares.has(appId)));
  }

  /** Whether this process is one of the app's hosts. */
  isHost(appId: string): boolean {
    return this.#hostsOf(appId).includes(this.#members.self);
  }

  looks(): boolean {
    // Without a lease nobody can be told anything.
    return this.#members.isFirst(LOOK) || !this.#options.cluster.membership.holdsLease();
  }

  asksAbout(appId: string): boolean {
    return this.#shares.has(appId) || this.isHost(appId);
  }

  speaksFor(id: string): 'always' | 'once' | 'never' {
    if (!this.#members.isFirst(id)) return 'never';
    return this.#options.cluster.membership.holdsLease() ? 'always' : 'once';
  }

  /** Whether of all processes this one is to do a task that one of them does for all. */
  isChosenFor(task: string): boolean {
    return this.speaksFor(task) === 'always';
  }

  hasOthers(): boolean {
    return this.#members.staying().some(({ instance }) => instance !== this.#members.self);
  }

  /** Whether this process must not have any socket, because it cannot know whether others have taken its slots. */
  get isCutOff(): boolean {
    return this.#options.cluster.slots.hold() === 'over';
  }

  /** How many sockets an app should have, over all processes. */
  get socketsOfApp(): number {
    return Math.max(this.#options.policy.sockets, Math.min(HOSTS, this.#members.staying().length));
  }

  /**
   * For a process that is stopping: lets the others open the sockets that are here. Resolves when each app has a live one
   * elsewhere, when there is nobody to take them over, or after 20 s.
   */
  async handOver(): Promise<void> {
    const { cluster, clock } = this.#options;
    if (!this.hasOthers()) return;
    await this.#members.drain();
    const until = clock.monotonic() + HAND_OVER_MS;
    this.changed.emit(undefined);
    while (
      this.#shares.size > 0 &&
      this.hasOthers() &&
      cluster.membership.holdsLease() &&
      clock.monotonic() < until
    ) {
      await sleep(clock, HAND_OVER_STEP_MS);
      await cluster.slots.look().catch(() => undefined);
    }
  }

  share(appId: string): SocketShare {
    return this.#shares.get(appId) ?? { sockets: 0, most: 0, mayGrow: false };
  }

  parts(): number {
    return Math.max(1, Math.min(HOSTS, this.#members.staying().length));
  }

  take(appId: string, isSpare: boolean, onLost: () => void): Promise<SocketPlace | undefined> {
    const { budget, headroom } = this.#options.policy;
    const most = isSpare ? budget - headroom : budget;
    return this.#options.cluster.slots.take(appId, most, onLost);
  }

  others(appId: string): { readonly live: number; readonly seen: number } {
    const { live, seen } = this.#options.cluster.slots.others(appId);
    let sum = 0;
    for (const each of live.values()) sum += each;
    return { live: sum, seen };
  }

  /** By how many other processes the live ones are held. */
  othersWithSockets(appId: string): number {
    return this.#options.cluster.slots.others(appId).live.size;
  }

  /** What this process is called among those that share the journal. */
  get name(): string {
    return this.#members.nameOf(this.#members.self) ?? 'this replica';
  }

  look(): Promise<void> | undefined {
    const { membership, slots } = this.#options.cluster;
    return membership.isShared ? slots.look() : undefined;
  }

  relay(appId: string, text: string): Promise<boolean> {
    const { relay, slots } = this.#options.cluster;
    return relay.relay({ appId, text }, [...slots.others(appId).live.keys()]);
  }

  /** Emits acknowledgements that other processes cannot send, with the app of whose sockets one is to be used. */
  get relayed(): Channel<Acknowledgement> {
    return this.#options.cluster.relay.arrived;
  }

  #hostsOf(appId: string): readonly string[] {
    return this.#members.ranking(appId).slice(0, HOSTS);
  }

  /** After each look: the passing of time decides, too. */
  #review(): void {
    const before = this.#shares;
    this.#decideAll();
    if (!isSame(before, this.#shares)) this.changed.emit(undefined);
  }

  #decideAll(): void {
    const before = this.#shares;
    const after = new Map<string, SocketShare>();
    for (const appId of this.#wanted) {
      const share = this.#decide(appId, before.get(appId));
      if (share !== undefined) after.set(appId, share);
    }
    this.#shares = after;
  }

  #decide(appId: string, before: SocketShare | undefined): SocketShare | undefined {
    const { cluster, clock, policy } = this.#options;
    const hold = cluster.slots.hold();
    const aloneMs = this.#aloneMs(appId, clock.monotonic());
    if (hold === 'over') return undefined;
    const one = { sockets: 1, most: 1, mayGrow: false };
    // What this process opened instead would be one more that Slack refuses, or closes.
    const mayGrow = !this.reports.of(appId).some(({ isAtLimit }) => isAtLimit);
    const hosts = this.#hostsOf(appId);
    if (hosts.includes(this.#members.self)) {
      this.#stay(appId);
      if (hold === 'ending') return one;
      const most = Math.floor((policy.budget - policy.headroom) / hosts.length);
      const isAlone = hosts.length === 1 || (aloneMs >= PATIENCE_MS && mayGrow);
      return { sockets: isAlone ? policy.sockets : Math.ceil(policy.sockets / hosts.length), most, mayGrow };
    }
    if (before !== undefined) {
      if (this.#left.has(appId)) return undefined;
      this.#askToLeave(appId, hosts);
      return hold === 'ending' ? one : { sockets: before.sockets, most: before.sockets, mayGrow: false };
    }
    const place = this.#members.ranking(appId).indexOf(this.#members.self);
    if (place < 0 || aloneMs < PATIENCE_MS * (place - HOSTS + 1)) return undefined;
    this.#stay(appId);
    return one;
  }

  #stay(appId: string): void {
    if (this.#left.delete(appId)) this.#options.cluster.slots.stay(appId);
  }

  /** How long no other process has had a live socket of the app. */
  #aloneMs(appId: string, now: number): number {
    if (this.others(appId).live > 0) {
      this.#aloneSince.delete(appId);
      return 0;
    }
    const since = this.#aloneSince.get(appId) ?? now;
    this.#aloneSince.set(appId, since);
    return now - since;
  }

  /** A member that is stopping cannot wait until both hosts are there. */
  #askToLeave(appId: string, hosts: readonly string[]): void {
    const { slots } = this.#options.cluster;
    const least = this.#members.isDraining ? 1 : hosts.length;
    const { live } = slots.others(appId);
    if (hosts.length === 0 || this.#asked.has(appId)) return;
    if (hosts.filter((instance) => (live.get(instance) ?? 0) > 0).length < least) return;
    this.#asked.add(appId);
    void slots.leave(appId, hosts, least).then((mayLeave) => {
      this.#asked.delete(appId);
      if (!mayLeave) return;
      this.#left.add(appId);
      this.changed.emit(undefined);
    });
  }
}

function isSame(left: ReadonlyMap<string, SocketShare>, right: ReadonlyMap<string, SocketShare>): boolean {
  if (left.size !== right.size) return false;
  for (const [appId, share] of left) if (!isSameShare(share, right.get(appId))) return false;
  return true;
}
