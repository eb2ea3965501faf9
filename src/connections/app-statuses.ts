import type { AppToken, SlackSockets } from '../slack/sockets.js';
import type { AppSocketsStatus, TokenVerdict } from '../slack/status.js';

interface Look {
  readonly status: AppSocketsStatus | undefined;
  /** By the time of the token's saving. */
  readonly verdicts: ReadonlyMap<number, TokenVerdict['verdict']>;
}

/**
 * The status of each app's sockets and tokens, asked once for all connections of the app, each of which may have a token of
 * its own, and again when it has changed.
 */
export class AppStatuses {
  readonly #sockets: Pick<SlackSockets, 'status'>;
  /** Verdicts tell tokens apart by the time of their saving alone, so that no status holds a token. */
  readonly #savedAt = new Map<string, number>();
  readonly #looks = new Map<string, Look>();

  constructor(sockets: Pick<SlackSockets, 'status'>) {
    this.#sockets = sockets;
  }

  /** Notes the apps that are wanted, with their tokens. */
  replace(apps: ReadonlyMap<string, readonly AppToken[]>): void {
    this.#savedAt.clear();
    this.#looks.clear();
    for (const tokens of apps.values())
      for (const { token, setAt } of tokens) this.#savedAt.set(token, setAt);
  }

  /** The status of this app's sockets or tokens has changed. */
  forget(appId: string): void {
    this.#looks.delete(appId);
  }

  /** Any may have changed. */
  forgetAll(): void {
    this.#looks.clear();
  }

  /** The sockets of an app; undefined if it is not wanted. */
  of(appId: string): AppSocketsStatus | undefined {
    return this.#look(appId).status;
  }

  /** What became of one of an app's tokens; undefined if it is not used. */
  token(appId: string, token: string): TokenVerdict['verdict'] | undefined {
    const savedAt = this.#savedAt.get(token);
    return savedAt === undefined ? undefined : this.#look(appId).verdicts.get(savedAt);
  }

  #look(appId: string): Look {
    const known = this.#looks.get(appId);
    if (known !== undefined) return known;
    const status = this.#sockets.status(appId);
    const verdicts = new Map(status?.tokens.map(({ setAt, verdict }) => [setAt, verdict]));
    const look = { status, verdicts };
    this.#looks.set(appId, look);
    return look;
  }
}
