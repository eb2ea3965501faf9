import { Channel } from '../../../src/core/channel.js';
import { NO_CLUSTER } from '../../../src/storage/sqlite/cluster.js';
import type {
  AcknowledgementRelay,
  Cluster,
  Member,
  Membership,
  OtherSockets,
  ReplicaReports,
  SlotsHold,
  SocketSlots,
} from '../../../src/storage/cluster.js';

/** The others as a test plays them: who is there, and which sockets they have. */
export class PlayedCluster implements Cluster {
  isLeased = true;
  names = ['me'];
  stopping = new Set<string>();
  holding: SlotsHold = 'sure';
  /** Live sockets by app and member. */
  readonly live = new Map<string, Map<string, number>>();
  /** Whether sockets may be closed here. */
  mayLeave = true;
  readonly asked: string[] = [];
  readonly stayed: string[] = [];

  readonly membership: Membership = {
    isShared: true,
    instance: 'me',
    holdsLease: () => this.isLeased,
    holds: () => this.isLeased,
    lapsed: new Channel(),
    fenced: new Channel(),
    now: undefined,
    members: () => this.names.map((name) => this.#member(name)),
    changed: new Channel(),
    drain: () => {
      this.stopping.add('me');
      return Promise.resolve();
    },
  };

  readonly slots: SocketSlots = {
    take: (_appId, most) =>
      Promise.resolve(most > 0 ? { setLive: () => undefined, free: () => undefined } : undefined),
    others: (appId): OtherSockets => {
      const live = this.live.get(appId) ?? new Map<string, number>();
      return { live, seen: [...live.values()].reduce((sum, each) => sum + each, 0) };
    },
    look: () => {
      this.slots.looked.emit(undefined);
      return Promise.resolve();
    },
    changed: new Channel(),
    looked: new Channel(),
    hold: () => this.holding,
    leave: (appId, instances, least) => {
      this.asked.push(`${appId} ${[...instances].sort().join('+')} ${least}`);
      return Promise.resolve(this.mayLeave);
    },
    stay: (appId) => void this.stayed.push(appId),
  };

  /** What this process tells of its sockets, by app. */
  readonly told = new Map<string, string>();
  /** What others tell, by app and instance. */
  readonly #others = new Map<string, Map<string, string>>();

  readonly reports: ReplicaReports = {
    tell: (appId, report) => {
      if (report === undefined) this.told.delete(appId);
      else this.told.set(appId, report);
    },
    of: (appId) => this.#others.get(appId) ?? new Map<string, string>(),
    changed: new Channel(),
  };

  readonly responses = NO_CLUSTER.responses;
  readonly notifications = NO_CLUSTER.notifications;
  /** What others were asked to acknowledge. */
  readonly relayed: string[] = [];
  readonly relay: AcknowledgementRelay = {
    relay: ({ appId, text }, instances) => {
      this.relayed.push(`${appId} ${text} ${instances.join('+')}`);
      return Promise.resolve(instances.length > 0);
    },
    arrived: new Channel(),
  };

  /** These are the members from now on. */
  become(...names: string[]): void {
    this.names = names;
    this.membership.changed.emit(undefined);
  }

  /** A look finds so many live sockets of an app in another process. */
  see(appId: string, instance: string, sockets: number): void {
    const app = this.live.get(appId) ?? new Map<string, number>();
    if (sockets > 0) app.set(instance, sockets);
    else app.delete(instance);
    this.live.set(appId, app);
    this.slots.changed.emit(new Set([appId]));
    this.slots.looked.emit(undefined);
  }

  /** Another process tells this of its sockets of an app from now on. */
  hear(appId: string, instance: string, report: string | undefined): void {
    const app = this.#others.get(appId) ?? new Map<string, string>();
    if (report === undefined) app.delete(instance);
    else app.set(instance, report);
    this.#others.set(appId, app);
    this.reports.changed.emit(new Set([appId]));
    this.slots.looked.emit(undefined);
  }

  #member(name: string): Member {
    return { name, instance: name, isDraining: this.stopping.has(name) };
  }
}
