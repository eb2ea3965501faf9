import type { SocketPolicy } from './policy.js';

/** A socket's place among the ten that Slack allows for one app, over all processes that open sockets of the app. */
export interface SocketPlace {
  /** Whether Slack delivers to the socket. */
  setLive(isLive: boolean): void;
  /** The socket is closed. */
  free(): void;
}

/** What a process may have of the sockets of an app. */
export interface SocketShare {
  /** So many it should have without load. */
  readonly sockets: number;
  /** So many at most, under load. */
  readonly most: number;
  /** Whether load may add to those that it has: not while Slack refuses another process one more. */
  readonly mayGrow: boolean;
}

export function isSameShare(left: SocketShare, right: SocketShare | undefined): boolean {
  return left.sockets === right?.sockets && left.most === right.most && left.mayGrow === right.mayGrow;
}

/** How the processes that share an app divide its sockets. */
export interface SocketPlaces {
  share(appId: string): SocketShare;
  /** By how many processes an app's calls of `apps.connections.open` are divided. */
  parts(): number;
  /**
   * Takes a place; undefined if none is free, or if that cannot be known now. `isSpare` leaves room for replacements.
   * `onLost` is called if the place is another process's after all: its socket must end.
   */
  take(appId: string, isSpare: boolean, onLost: () => void): Promise<SocketPlace | undefined>;
  /** The app's sockets in other processes: those that are live, and all that were there within the last ten seconds. */
  others(appId: string): { readonly live: number; readonly seen: number };
  /** Resolves when others() tells what was true after this call; undefined where there never are others. */
  look(): Promise<void> | undefined;
  /** Has another process send an acknowledgement on a live socket of the app. False if none has one, or if it cannot be asked. */
  relay(appId: string, text: string): Promise<boolean>;
}

/** For a process that shares its apps with nobody: it has no more sockets than its policy says. */
export function undivided({ sockets, budget, headroom }: SocketPolicy['pool']): SocketPlaces {
  const share = { sockets, most: budget - headroom, mayGrow: true };
  const place: SocketPlace = { setLive: () => undefined, free: () => undefined };
  const others = { live: 0, seen: 0 };
  return {
    share: () => share,
    parts: () => 1,
    take: () => Promise.resolve(place),
    others: () => others,
    look: () => undefined,
    relay: () => Promise.resolve(false),
  };
}
