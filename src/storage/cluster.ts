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
  /** Emits when this process has ended the lease of another one: what that one was dispatching is to be taken over. */
  readonly fenced: Channel<undefined>;
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

/** An answer of a workflow, as JSON, for an event that this process waits with. */
export interface Arrived {
  readonly ticket: string;
  readonly answer: string;
}

/** Answers of workflows, which may reach another process than the one that has the event's acknowledgement to send. */
export interface PendingResponseStore {
  /** This process waits for an answer of this kind to this ticket, for so many milliseconds. */
  open(ticket: string, kind: string, forMs: number): void;
  /** It waits no more. */
  close(ticket: string): void;
  /**
   * This process has got an answer itself: no other one takes one any more, and those to which Slack has delivered the same
   * event get this one. False if another process has taken one already, which arrives. Rejects if that cannot be known.
   */
  settle(ticket: string, answer: string): Promise<boolean>;
  /** The kind of answer that another process still waits for; undefined if none does, or if that cannot be known. */
  find(ticket: string): Promise<string | undefined>;
  /** Hands an answer over to the process that waits; false if none does any more. What was handed over goes out. */
  hand(ticket: string, answer: string): Promise<boolean>;
  readonly arrived: Channel<Arrived>;
}

/** What processes tell each other of their sockets, by app: where something is wrong with them. */
export interface ReplicaReports {
  /** What this process tells of an app from now on; undefined for nothing. The others know it some seconds later. */
  tell(appId: string, report: string | undefined): void;
  /** What other processes tell of an app, by the instance of the member, as of the last look. */
  of(appId: string): ReadonlyMap<string, string>;
  /** Emits the apps of which of() tells something else than before. */
  readonly changed: Channel<ReadonlySet<string>>;
}

/** What processes tell each other. It may get lost: nothing may depend on it. */
export interface Notifications {
  /**
   * Somebody wrote to this connection through this process. Resolves when every other process has learnt what was written, or
   * after two seconds. Never rejects.
   */
  changed(connectionId: string): Promise<void>;
  /** Other connections are there than before, or this process cannot find that out: the others look themselves. */
  listChanged(): void;
  /**
   * From now on `learn` is called with each connection to which somebody wrote through another process, and without one when
   * another process has called listChanged(). It resolves when that is known here.
   */
  listen(learn: (connectionId?: string) => Promise<void>): void;
}

/** An acknowledgement of one of the app's envelopes, as the text that Slack gets. */
export interface Acknowledgement {
  readonly appId: string;
  readonly text: string;
}

/** Acknowledgements that processes send for each other: Slack takes them on any socket of the app. */
export interface AcknowledgementRelay {
  /** Asks these members, by their instances, to send it on a socket of theirs. False if they cannot be asked. */
  relay(acknowledgement: Acknowledgement, instances: readonly string[]): Promise<boolean>;
  /** Emits what others ask this process to send. */
  readonly arrived: Channel<Acknowledgement>;
}

/** What a process knows of those that share the journal with it. */
export interface Cluster {
  readonly membership: Membership;
  readonly slots: SocketSlots;
  readonly reports: ReplicaReports;
  readonly responses: PendingResponseStore;
  readonly notifications: Notifications;
  readonly relay: AcknowledgementRelay;
}
