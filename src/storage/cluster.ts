import type { Channel } from '../core/channel.js';

/** One of the processes that share the journal. */
export interface Member {
  /** What it is called over all its runs. */
  readonly name: string;
  /** Of this run of it. */
  readonly instance: string;
  /** It is stopping, and hands over what it has. */
  readonly isDraining: boolean;
}

/** This process among those that share the journal. */
export interface Membership {
  /** Whether other processes may use the journal too. */
  readonly isShared: boolean;
  /** Names this run of this process to the others. */
  readonly instance: string;
  /** Whether this process may claim rows now: no other one can have ended its lease. */
  holdsLease(): boolean;
  /** Whether a dispatch of the row may begin now: the row was claimed under the lease that this process holds. */
  holds(row: { readonly id: number; readonly turn?: number | undefined }): boolean;
  /** Emits when the lease has ended: dispatches that were begun under it must end, because another process may begin them. */
  readonly lapsed: Channel<undefined>;
  /** The time that all members agree on, in milliseconds since 1970; never goes back. Undefined where only this process tells times. */
  readonly now: (() => number) | undefined;
  /** The members as of the last renewal of the lease, each name once, this process among them. */
  members(): readonly Member[];
  /** Emits when the members have changed, and when the lease has ended or is held again. */
  readonly changed: Channel<undefined>;
  /** Tells the others that this process is stopping. Rejects if they cannot be told. */
  drain(): Promise<void>;
}

/** One of the ten sockets that an app may have over all processes. It counts until it is given back. */
export interface SocketSlot {
  /** Whether Slack delivers to the socket. */
  setLive(isLive: boolean): void;
  /** The socket is closed. */
  free(): void;
}

/** The sockets of an app in other processes, as of the last look. */
export interface OtherSockets {
  /** How many are live, by the instance of the member that has them. */
  readonly live: ReadonlyMap<string, number>;
  /** All that were there within the last ten seconds, whatever became of them. */
  readonly seen: number;
}

/** How sure it is that no other process uses this one's slots: they are given to others some time after it was last heard. */
export type SlotsHold =
  | 'sure'
  /** No longer for all of them: one socket of each app at most. */
  | 'ending'
  | 'over';

/** The slots of all apps. An eleventh of an app cannot exist. */
export interface SocketSlots {
  /**
   * Takes a slot of the app while fewer than `most` are taken: one that this process still has and no longer uses, or a new
   * one. Undefined if there is none, or while nobody can be asked. `onLost` is called if the slot turns out to be another's.
   */
  take(appId: string, most: number, onLost: () => void): Promise<SocketSlot | undefined>;
  others(appId: string): OtherSockets;
  /** Looks now. Resolves when others() tells what was true after this call; rejects if that cannot be known. */
  look(): Promise<void>;
  /** Emits the apps of which others() tells something else than before. */
  readonly changed: Channel<ReadonlySet<string>>;
  /** Emits after each look, and each time that one failed. */
  readonly looked: Channel<undefined>;
  hold(): SlotsHold;
  /**
   * Whether this process may close all its sockets of the app: at least `least` of these instances have a live one. From then
   * on the others count none of this process's sockets of the app as live, until stay().
   */
  leave(appId: string, instances: readonly string[], least: number): Promise<boolean>;
  stay(appId: string): void;
}

/** What a process knows of those that share the journal with it. */
export interface Cluster {
  readonly membership: Membership;
  readonly slots: SocketSlots;
}
