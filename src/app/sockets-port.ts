import type { Sockets } from '../connection/live/ports.js';
import type { SocketsHealth, TokenHealth } from '../connection/live/status.js';
import type { AppSocketsStatus, TokenVerdict } from '../slack/status.js';
import type { SlackSockets } from '../slack/sockets.js';

/** Slack's sockets as the connections' statuses see them. */
export function socketsPort(sockets: SlackSockets): Sockets {
  // Verdicts tell tokens apart by the time of their saving alone, so that no status holds a token.
  const savedAt = new Map<string, number>();
  return {
    reconcile(apps) {
      savedAt.clear();
      for (const tokens of apps.values()) for (const { token, setAt } of tokens) savedAt.set(token, setAt);
      sockets.reconcile(apps);
    },
    health: (appId) => healthOf(sockets.status(appId)),
    token(appId, token) {
      const verdicts = sockets.status(appId)?.tokens ?? [];
      return tokenHealthOf(verdicts.find(({ setAt }) => setAt === savedAt.get(token))?.verdict);
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
