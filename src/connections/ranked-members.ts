import { createHash } from 'node:crypto';
import { Channel } from '../core/channel.js';
import type { Log } from '../core/log.js';
import type { Member, Membership } from '../storage/cluster.js';

/**
 * The members by their claim on an id, strongest first: the same in every process, and without a place where it is kept
 * (rendezvous hashing).
 */
export function rank(id: string, names: readonly string[]): string[] {
  const weight = (name: string): number =>
    createHash('sha256').update(`${id}\n${name}`).digest().readUIntBE(0, 6);
  return names
    .map((name) => ({ name, weight: weight(name) }))
    .sort((left, right) => right.weight - left.weight || (left.name < right.name ? -1 : 1))
    .map(({ name }) => name);
}

/** The processes that share the journal, in the order of their claims on an app, a connection or a task. */
export class RankedMembers {
  /** Emits when the members have changed, and when the lease has ended or is held again. */
  readonly changed = new Channel<undefined>();
  readonly #membership: Membership;
  readonly #log: Log;
  /** By id: the instances that are not stopping, strongest claim first; until the members change. */
  readonly #ranked = new Map<string, readonly string[]>();
  #isDraining = false;
  #isReplaced = false;

  constructor(membership: Membership, log: Log) {
    this.#membership = membership;
    this.#log = log;
    membership.changed.subscribe(() => {
      this.#ranked.clear();
      this.#warnOfNamesake();
      this.changed.emit(undefined);
    });
    this.#warnOfNamesake();
  }

  /** The instance of this process. */
  get self(): string {
    return this.#membership.instance;
  }

  /** Whether this process is stopping. */
  get isDraining(): boolean {
    return this.#isDraining;
  }

  /** Those that are not stopping. */
  staying(): readonly Member[] {
    return this.#membership.members().filter(({ isDraining }) => !isDraining);
  }

  /** The name of a member that is not stopping. */
  nameOf(instance: string): string | undefined {
    return this.staying().find((member) => member.instance === instance)?.name;
  }

  /** The instances of those that are not stopping, strongest claim on the id first. */
  ranking(id: string): readonly string[] {
    const known = this.#ranked.get(id);
    if (known !== undefined) return known;
    const staying = this.staying().filter(({ instance }) => !(this.#isDraining && instance === this.self));
    const instances = new Map(staying.map(({ name, instance }) => [name, instance]));
    const ranked = rank(id, [...instances.keys()]).flatMap((name) => instances.get(name) ?? []);
    this.#ranked.set(id, ranked);
    return ranked;
  }

  /** Whether this process has the strongest claim on the id. */
  isFirst(id: string): boolean {
    return this.ranking(id)[0] === this.self;
  }

  /** This process is stopping: it has no claims any more. Resolves when the others were told, or cannot be. */
  async drain(): Promise<void> {
    this.#isDraining = true;
    this.#ranked.clear();
    await this.#membership.drain().catch(() => undefined);
  }

  /** Of two processes with one name the one that joined last counts. */
  #warnOfNamesake(): void {
    const isCounted = this.#membership.members().some(({ instance }) => instance === this.self);
    if (isCounted || !this.#membership.holdsLease() || this.#isDraining) {
      this.#isReplaced &&= !isCounted;
      return;
    }
    if (!this.#isReplaced)
      this.#log.error(
        'Another process uses this journal with the same REPLICA_NAME, and opens the sockets instead of this one: give each replica a REPLICA_NAME of its own.',
      );
    this.#isReplaced = true;
  }
}
