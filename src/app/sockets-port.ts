import type { Sockets } from '../connection/live/ports.js';
import type { SocketsHealth, TokenHealth } from '../connection/live/status.js';
import type { AppSocketsStatus, TokenVerdict } from '../slack/status.js';
import type { SlackSockets } from '../slack/sockets.js';

interface Look {
  readonly status: AppSocketsStatus | undefined;
  /** By the time of the token's saving. */
  readonly verdicts: ReadonlyMap<number | undefined, TokenVerdict['verdict']>;
}

/** Slack's sockets as the connections' statuses see them. */
export function socketsPort(sockets: Pick<SlackSockets, 'reconcile' | 'status'>): Sockets {
  // Verdicts tell tokens apart by the time of their saving alone, so that no status holds a token.
  const savedAt = new Map<string, number>();
  // All connections are compared in one go. Those of one app share a look at its sockets: each may have a token of its own.
  const looks = new Map<string, Look>();
  const look = (appId: string): Look => {
    const known = looks.get(appId);
    if (known !== undefined) return known;
    if (looks.size === 0) queueMicrotask(() => looks.clear());
    const status = sockets.status(appId);
    const verdicts = new Map(status?.tokens.map(({ setAt, verdict }) => [setAt, verdict]));
    looks.set(appId, { status, verdicts });
    return { status, verdicts };
  };
  return {
    reconcile(apps) {
      savedAt.clear();
      looks.clear();
      for (const tokens of apps.values()) for (const { token, setAt } of tokens) savedAt.set(token, setAt);
      sockets.reconcile(apps);
    },
    health: (appId) => healthOf(look(appId).status),
    token(appId, token) {
      return tokenHealthOf(look(appId).verdicts.get(savedAt.get(token)));
    },
  };
}

function tokenHealthOf(verdict: TokenVerdict['verdict'] | undefined): TokenHealth {
  switch (verdict?.t) {
    case undefined:
    case 'untried':
    case 'valid':
      return { t: 'used' };
    case 'superseded':
      return { t: 'superseded' };
    case 'refused':
      return { t: 'refused', error: verdict.error, advice: verdict.advice };
  }
}

function healthOf(status: AppSocketsStatus | undefined): SocketsHealth {
  switch (status?.t) {
    case undefined:
    case 'opening':
      return { t: 'opening' };
    case 'live':
      return { t: 'live', sockets: status.sockets, ghosts: status.ghosts };
    // A renewal is the normal course of things, as long as the old socket serves until the new one does.
    case 'renewing':
      return status.sockets >= status.wanted
        ? { t: 'live', sockets: status.sockets, ghosts: status.ghosts }
        : { t: 'degraded', doing: `${few(status)}: ${status.doing}` };
    case 'degraded': {
      const why = `${sentence(status.reason)}: ${status.doing}`;
      const isFew = status.sockets > 0 && status.sockets < status.wanted;
      return { t: 'degraded', doing: isFew ? `${few(status)}. ${why}` : why };
    }
    case 'broken':
      return { t: 'broken', error: status.error, advice: status.advice };
  }
}

function few({ sockets, wanted }: AppSocketsStatus): string {
  return `${sockets} of ${wanted} sockets live`;
}

function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
