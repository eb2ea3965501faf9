import type { Clock } from '../core/clock.js';
import type { Cluster, Member } from '../storage/cluster.js';
import type { ReplicaView } from './overview.js';

// Long enough to be noticed by a person, short enough that one that was renamed is not looked for the next day.
const REMEMBERED_MS = 3_600_000;

interface Seen {
  readonly member: Member;
  /** Milliseconds since 1970. */
  readonly at: number;
}

/** The processes that share the journal, and those that did until lately and have not said that they stop. */
export class ReplicaWatch {
  readonly #cluster: Cluster;
  readonly #clock: Pick<Clock, 'now'>;
  /** By instance: nothing keeps operators from giving two replicas one name. */
  readonly #seen = new Map<string, Seen>();
  readonly #unsubscribe: () => void;

  constructor(cluster: Cluster, clock: Pick<Clock, 'now'>) {
    this.#cluster = cluster;
    this.#clock = clock;
    this.#unsubscribe = cluster.membership.changed.subscribe(() => this.#look());
  }

  stop(): void {
    this.#unsubscribe();
  }

  /** All of them by name, nothing where there is one process. `own` is how many live sockets this one has. */
  views(appIds: readonly string[], own: number): ReplicaView[] {
    const { membership, slots } = this.#cluster;
    if (!membership.isShared) return [];
    this.#look();
    const sockets = new Map([[membership.instance, own]]);
    for (const appId of appIds)
      for (const [instance, live] of slots.others(appId).live)
        sockets.set(instance, (sockets.get(instance) ?? 0) + live);
    const present = new Set(membership.members().map(({ instance }) => instance));
    return [...this.#seen.values()]
      .map(({ member: { name, instance, isDraining }, at }): ReplicaView => {
        const isHere = present.has(instance);
        return {
          name,
          state: isHere ? (isDraining ? 'draining' : 'live') : 'gone',
          isThis: instance === membership.instance,
          sockets: isHere ? (sockets.get(instance) ?? 0) : 0,
          seenAt: new Date(at).toISOString(),
        };
      })
      .sort((left, right) => left.name.localeCompare(right.name));
  }

  #look(): void {
    const now = this.#clock.now();
    const members = this.#cluster.membership.members();
    for (const member of members) this.#seen.set(member.instance, { member, at: now });
    const present = new Set(members.map(({ instance }) => instance));
    const names = new Set(members.map(({ name }) => name));
    for (const [instance, { member, at }] of this.#seen) {
      // One that was started anew under its name has come back.
      const isForgotten = member.isDraining || names.has(member.name) || now - at > REMEMBERED_MS;
      if (!present.has(instance) && isForgotten) this.#seen.delete(instance);
    }
  }
}
